/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Names and facts of allocations. */
#include "arrays/allocation_array.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/array.h"

/* Distinct from ids of marks and of other sources, which count from 1. */
#define HEAP_IDS (1u << 30)
#define MAPPING_IDS (1u << 31)

static const char *call_name(enum array_source source, enum heap_call call)
{
	static const char *const names[HEAP_CALLS] = {
		[HEAP_MALLOC] = "malloc",
		[HEAP_CALLOC] = "calloc",
		[HEAP_REALLOC] = "realloc",
		[HEAP_REALLOCARRAY] = "reallocarray",
		[HEAP_ALIGNED_ALLOC] = "aligned_alloc",
		[HEAP_POSIX_MEMALIGN] = "posix_memalign",
		[HEAP_MEMALIGN] = "memalign",
		[HEAP_VALLOC] = "valloc",
		[HEAP_PVALLOC] = "pvalloc",
		[HEAP_NEW] = "new",
	};

	if (source == ARRAY_MAPPING)
		return "mmap";
	return call < HEAP_CALLS && names[call] ? names[call] : "malloc";
}

int allocation_array_add(const struct allocation *allocation, enum array_source source,
			 struct array_list *list)
{
	struct array_desc array = {
		.source = source,
		.start = allocation->start,
		.end = allocation->end,
		.id = allocation->id | (source == ARRAY_HEAP ? HEAP_IDS : MAPPING_IDS),
		.origin = { call_name(source, allocation->call), allocation->time_ns,
			    allocation->tid, allocation->state == ALLOCATION_FREED },
	};
	char part[32] = "";

	if (array_reserve((void **)&list->arrays, &list->capacity, list->count + 1,
			  sizeof(*list->arrays)))
		return -ENOMEM;
	if (allocation->start != allocation->whole_start)
		snprintf(part, sizeof(part), "+0x%" PRIx64,
			 allocation->start - allocation->whole_start);
	if (asprintf(&array.name, "%s(%" PRIu64 ")#%" PRIu32 "%s", array.origin.call,
		     allocation->whole_bytes, allocation->number, part) < 0)
		return -ENOMEM;
	list->arrays[list->count++] = array;
	return 0;
}
