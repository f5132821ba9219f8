/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A named, byte-exact address range [start, end). It need not be page-aligned, and it is not a VMA.
 */
#ifndef FACTS_ARRAY_H
#define FACTS_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

enum array_source {
	ARRAY_PYTHON,
	ARRAY_ELF,
	ARRAY_HEAP,
	ARRAY_MARK,
	ARRAY_MAPPING,
	ARRAY_FILE,
	ARRAY_SOURCES,
};

/* What only an array of a programming language has. */
struct array_shape {
	uint64_t data;	 /* address of element 0: not the start if a stride is negative */
	uint64_t nbytes; /* of the elements, as numpy counts them: broadcast ones count
			  * repeatedly */
	uint32_t ndim;
	int64_t *dims; /* ndim lengths, then ndim strides in bytes; owned by the holder */
	char dtype[24];
	bool owndata;
	bool writeable;
};

/* The call that allocated the memory, if it was seen. */
struct array_origin {
	const char *call; /* a literal: malloc, mmap, ...; NULL: not known */
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	uint32_t tid;
	bool freed; /* freed, but its pages are still in memory */
};

struct array_desc {
	uint32_t id; /* stable within one stream of snapshots */
	enum array_source source;
	char *name; /* untrusted text; owned by the holder */
	uint64_t start;
	uint64_t end;
	uint64_t object;      /* address of the object itself; 0: none */
	uint64_t base_object; /* object whose memory this is a view of; 0: none that is listed */
	uint32_t owner;	      /* that array's id, 0: none */
	bool asked_for;	      /* by name or address: no view leaves it out as too small */
	struct array_origin origin;
	struct array_shape *shape; /* NULL for plain bytes; owned by the holder */
	char **aliases;		   /* more names, untrusted; owned, with their array */
	size_t alias_count;
	size_t alias_total; /* how many were found, listed or not */
};

/* Frees what an array holds; the array itself is the caller's. */
static inline void array_desc__deinit(struct array_desc *array)
{
	size_t i;

	for (i = 0; i < array->alias_count; i++)
		free(array->aliases[i]);
	free(array->aliases);
	if (array->shape)
		free(array->shape->dims);
	free(array->shape);
	free(array->name);
}

struct array_list {
	struct array_desc *arrays;
	size_t count;
	size_t capacity;
};

#endif
