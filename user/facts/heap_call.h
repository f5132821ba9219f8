/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The functions that allocate and free heap blocks, by the meaning of their arguments. The kernel
 * side includes this file: a value is the cookie of a probe, and is sent with each block.
 */
#ifndef FACTS_HEAP_CALL_H
#define FACTS_HEAP_CALL_H

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

#endif
