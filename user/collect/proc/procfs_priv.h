/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the files that open /proc share. Nobody else includes it. */
#ifndef COLLECT_PROCFS_PRIV_H
#define COLLECT_PROCFS_PRIV_H

#include <stddef.h>
#include <stdint.h>

#include "collect/proc/procfs.h"

struct proc_stat;

struct proc {
	uint32_t pid;
	int fd; /* its directory */
	procfs_opener *open;
};

/* A descriptor of /proc itself, to list it, or -errno. */
int procfs_open_directory(const struct procfs *procfs);

/* The stat of any process. 0 or -errno. */
int procfs_read_stat(const struct procfs *procfs, uint32_t pid, struct proc_stat *ret);

/* name is a path below the process; flags are open(2)'s. A descriptor or -errno. */
int proc_open_below(const struct proc *proc, const char *name, int flags);

/* name is "stat", or that of a thread by path. 0 or -errno. */
int proc_read_stat(const struct proc *proc, const char *name, struct proc_stat *ret);

/* Everything that can be read from fd, malloc'd and terminated. 0 or -errno. */
int proc_read_all(int fd, char **ret, size_t *bytes);

#endif
