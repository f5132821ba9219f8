/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which of a target's files allocate heap blocks: the C library, a preloaded allocator, or a
 * program with its own.
 */
#ifndef COLLECT_ALLOCATORS_H
#define COLLECT_ALLOCATORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/heap_point.h"

#define ALLOCATOR_POINTS_MAX 64

/*
 * The functions of the malloc and operator new families that the file exports (a static program:
 * defines). Each address appears once, moved past instructions that a probe would have to
 * single-step and that change nothing. An operator new that may throw is left out; *own_new tells
 * that there is one, whose blocks are unseen unless it calls malloc. 0 and *count, -ENOENT if the
 * file has no malloc, or -ENOEXEC.
 */
int allocator_points(int fd, struct heap_point points[ALLOCATOR_POINTS_MAX], size_t *count,
		     bool *own_new);

/*
 * How many bytes of code the probe may skip: they only set flags, and the kernel emulates the next
 * instruction. 0 if that is not certain.
 */
size_t allocator_skip(const unsigned char *code, size_t bytes);

#endif
