/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The functions that allocate and free heap blocks, by the meaning of their arguments. */
#ifndef FACTS_HEAP_CALL_H
#define FACTS_HEAP_CALL_H

#include <stdint.h>

enum heap_call {
	HEAP_MALLOC,
	HEAP_CALLOC,
	HEAP_REALLOC,
	HEAP_REALLOCARRAY,
	HEAP_ALIGNED_ALLOC,
	HEAP_POSIX_MEMALIGN,
	HEAP_MEMALIGN,
	HEAP_VALLOC,
	HEAP_PVALLOC,
	HEAP_NEW, /* C++, for arrays too */
	HEAP_FREE,
	HEAP_CALLS,
};

/* Where such a function begins: a file, and an offset into it in bytes. */
struct heap_point {
	uint64_t offset;
	enum heap_call call;
};

#endif
