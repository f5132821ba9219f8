/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which arrays a data file has. Its first bytes tell the format, not its name.
 */
#ifndef ARRAYS_FILE_LOOK_H
#define ARRAYS_FILE_LOOK_H

#include "arrays/files/file_reader.h"
#include "facts/file_layout.h"

/*
 * Fills *ret, which the caller deinits; FILE_UNKNOWN, without arrays, if it is no data file. A
 * damaged header is no error: ->cut says so. 0, -ENOMEM, or the -errno of a failed read.
 */
int file_look(file_load *load, void *ctx, uint64_t bytes, struct file_layout *ret);

/* The same of an open file. Nothing is read ahead into the page cache. */
int file_look_fd(int fd, uint64_t bytes, struct file_layout *ret);

#endif
