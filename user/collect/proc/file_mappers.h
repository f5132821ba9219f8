/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which processes map a file. */
#ifndef COLLECT_FILE_MAPPERS_H
#define COLLECT_FILE_MAPPERS_H

#include "collect/proc/procfs.h"
#include "facts/file_facts.h"

/* More processes than that are counted only. */
#define FILE_MAPPERS_MAX 1000u

/*
 * Looks through the mappings of all processes of procfs. The file is known by the device and inode
 * that maps shows for a mapping of our own, which on some file systems (btrfs, overlayfs) are not
 * those of stat. A file without bytes has no mappers. 0, -ENOMEM, or -errno if nothing is known.
 */
int file_mappers_find(struct procfs *procfs, int fd, struct file_mappers *ret);

#endif
