/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* When processes execute a program, and when they end. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "tests/bench/lifetimes.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} events SEC(".maps");

static int tell_end(unsigned int is_exit)
{
	unsigned long long id = bpf_get_current_pid_tgid(), time_ns = bpf_ktime_get_ns();
	struct lifetime_event *event;

	if (id >> 32 != (unsigned int)id)
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->time_ns = time_ns;
	event->pid = id >> 32;
	event->is_exit = is_exit;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int on_exec(void *ctx)
{
	return tell_end(0);
}

SEC("tp_btf/sched_process_exit")
int on_exit(void *ctx)
{
	return tell_end(1);
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
