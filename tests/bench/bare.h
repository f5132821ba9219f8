/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What a snapshot is compared with: the shortest loops that read the page
 * tables of a process, without pagewatch's code.
 */
#ifndef TESTS_BENCH_BARE_H
#define TESTS_BENCH_BARE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct bare_range {
	uint64_t start; /* bytes, page-aligned, half-open */
	uint64_t end;
};

/* Each counts the present pages of the ranges into *pages. 0 or -errno. */
int bare_scan(pid_t pid, const struct bare_range *ranges, size_t count, uint64_t *pages);
int bare_pread(pid_t pid, const struct bare_range *ranges, size_t count, uint64_t *pages);

/* Reads a file of /proc/PID to its end, as cat does. 0 or -errno. */
int bare_cat(pid_t pid, const char *name);

#endif
