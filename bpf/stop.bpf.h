/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Stops a watched thread in place; its tracer swallows the signal. */
#ifndef STOP_BPF_H
#define STOP_BPF_H

#define SIGSTOP 19

__u32 stops_muted;
__u32 stops_passed; /* threads that came by, muted or not */

static __always_inline void stop_thread(void)
{
	__u32 slot = current_slot();

	__sync_fetch_and_add(&stops_passed, 1);
	/* A child that runs in this memory (vfork, CLONE_VM) is not traced: it would stop for good. */
	if (!*(volatile __u32 *)&stops_muted && slot != PW_NO_SLOT &&
	    pid_of_slot(slot) == current_ids() >> 32)
		bpf_send_signal_thread(SIGSTOP);
}

SEC("uprobe")
int stop_here(void *ctx)
{
	stop_thread();
	return 0;
}

/* The same for a link of several probes: the kernel has programs of its own kind for these (v6.6). */
SEC("uprobe")
int stop_linked(void *ctx)
{
	stop_thread();
	return 0;
}

#endif
