/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Stopping a watched thread where it stands; its tracer swallows the signal.
 */
#ifndef STOP_BPF_H
#define STOP_BPF_H

#define SIGSTOP 19

SEC("uprobe")
int stop_here(void *ctx)
{
	__u32 slot;

	if (current_mm(&slot))
		bpf_send_signal_thread(SIGSTOP);
	return 0;
}

#endif
