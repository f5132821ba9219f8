/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which frames still belong to a thread. */
#ifndef ARRAYS_PYTHON_FRAMES_ALIVE_H
#define ARRAYS_PYTHON_FRAMES_ALIVE_H

#include "arrays/python/address_set.h"
#include "arrays/python/reader.h"

/*
 * Follows the frames of all threads of all interpreters, past the cache, and adds those that are
 * wanted and found to alive. 0 or -errno.
 */
int py_frames_alive(struct py *py, const struct address_set *wanted, struct address_set *alive);

#endif
