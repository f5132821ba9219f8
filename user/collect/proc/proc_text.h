/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Parses the text of /proc/PID/stat and status; opens nothing. A process chooses its comm: newlines
 * and parentheses in it must not be mistaken for the kernel's.
 */
#ifndef COLLECT_PROC_TEXT_H
#define COLLECT_PROC_TEXT_H

#include <stdint.h>

struct proc_stat {
	uint32_t pid;
	char comm[17]; /* shortened: kernel threads may have longer ones */
	char state;
	uint32_t ppid;
	uint64_t flags;	      /* PF_* of include/linux/sched.h, field 9 */
	uint64_t start_ticks; /* field 22 */
};

/* 0, or -EBADMSG with *ret unset. */
int proc_stat_parse(const char *text, struct proc_stat *ret);

/*
 * The number in a line "key:\t  123" or "key:\t 123 kB" of status, as written. 0, -ENOENT if there
 * is no such line, -EBADMSG.
 */
int proc_status_number(const char *text, const char *key, uint64_t *ret);

#endif
