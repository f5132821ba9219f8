/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which of a target's files give out heap blocks: the C library, a preloaded allocator,
 * or a program that brought its own.
 */
#ifndef COLLECT_ALLOCATORS_H
#define COLLECT_ALLOCATORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/heap_call.h"

#define ALLOCATOR_POINTS_MAX 64

/*
 * The functions of malloc's and operator new's families that the file exports (a static program:
 * defines), each address once, moved on over instructions that a probe would have to single-step
 * and that change nothing. An operator new that may throw is not among them: *own_new tells that
 * there is one, whose blocks are unseen unless it calls malloc. 0 and *count, -ENOENT when it has no malloc, or -ENOEXEC.
 */
int allocator_points(int fd, struct heap_point points[ALLOCATOR_POINTS_MAX], size_t *count,
		     bool *own_new);

/*
 * How many bytes of code may be left out before the probe: only flags are set there, and the
 * instruction behind them is one that the kernel emulates. 0 where that cannot be told.
 */
size_t allocator_skip(const unsigned char *code, size_t bytes);

#endif
