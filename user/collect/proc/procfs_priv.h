/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What procfs.c and proc_list.c share. Nobody else includes it. */
#ifndef COLLECT_PROCFS_PRIV_H
#define COLLECT_PROCFS_PRIV_H

#include <stdint.h>

struct proc_stat;
struct procfs;

/* A descriptor of /proc itself, for listing it, or -errno. */
int procfs_open_directory(const struct procfs *procfs);

/* The stat of any process. 0 or -errno. */
int procfs_read_stat(const struct procfs *procfs, uint32_t pid, struct proc_stat *ret);

#endif
