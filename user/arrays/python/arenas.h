/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The arenas of CPython's own allocator, and their pools. */
#ifndef ARRAYS_PYTHON_ARENAS_H
#define ARRAYS_PYTHON_ARENAS_H

#include "arrays/python/reader.h"

#define POOL_HEAD_BYTES 48u

/* Objects/obmalloc.c: struct pool_header */
struct pool_head {
	uint32_t used; /* blocks */
	uint32_t padding;
	uint64_t free_block;
	uint64_t next, previous;
	uint32_t arena;
	uint32_t class;
	uint32_t next_offset; /* bytes: blocks from this offset on were never used */
	uint32_t max_offset;
};

struct py_arena {
	uint64_t start;
	uint64_t end; /* pools from this address on were never used */
	uint32_t index;
};

struct py_arenas {
	uint64_t pool_bytes;
	uint64_t arena_bytes;
	struct py_arena *arenas; /* in address order */
	size_t count;
	size_t capacity;
};

/* 0; -ENOENT: no arenas were found; -ENOMEM, -ESRCH. Always free with py_arenas__deinit. */
int py_arenas__find(struct py_arenas *arenas, struct py *py);
void py_arenas__deinit(struct py_arenas *arenas);

/* The arena that contains an address, or NULL. */
const struct py_arena *py_arenas__of(const struct py_arenas *arenas, uint64_t address);

#endif
