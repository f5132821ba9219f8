/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The least that anybody who listens to page faults pays: programs that do nothing. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

SEC("tp_btf/page_fault_user")
int empty_user(void *ctx)
{
	return 0;
}

SEC("tp_btf/page_fault_kernel")
int empty_kernel(void *ctx)
{
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
