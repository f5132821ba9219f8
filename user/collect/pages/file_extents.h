/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which parts of a file have data on its disk, and which are holes. */
#ifndef COLLECT_FILE_EXTENTS_H
#define COLLECT_FILE_EXTENTS_H

#include <stddef.h>
#include <stdint.h>

/* [start, end) in bytes of the file. */
typedef void file_extent_visit(void *ctx, uint64_t start, uint64_t end);

/*
 * Calls visit for each part with data, ascending, by SEEK_DATA and SEEK_HOLE (a file system that
 * knows no holes has one part). It moves the descriptor's offset. 0; -ETIME: more than a million
 * parts; or another -errno.
 */
int file_extents_each(int fd, uint64_t file_bytes, file_extent_visit *visit, void *ctx);

#endif
