/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * malloc's family with a log. Each function does what its namesake does, fills the block, and
 * notes what there was; frees are noted before they happen.
 */
#ifndef WORKLOAD_HEAP_LOG_H
#define WORKLOAD_HEAP_LOG_H

#include <stddef.h>

void *log_malloc(size_t bytes);
void *log_calloc(size_t count, size_t bytes);
void *log_realloc(void *old, size_t bytes);
void *log_reallocarray(void *old, size_t count, size_t bytes);
void *log_aligned_alloc(size_t alignment, size_t bytes);
void *log_memalign(size_t alignment, size_t bytes);
void *log_valloc(size_t bytes);
void *log_posix_memalign(size_t alignment, size_t bytes);
void log_free(void *block);

/* Writes the log to path.PID; 0 or -1. */
int log_dump(const char *path);

#endif
