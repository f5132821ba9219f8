/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#ifndef BENCH_LIFETIMES_H
#define BENCH_LIFETIMES_H

#define COMM_BYTES 16

struct lifetime_event {
	unsigned long long time_ns; /* CLOCK_MONOTONIC */
	unsigned int pid;
	unsigned int is_exit; /* else exec */
	char comm[COMM_BYTES];
};

#endif
