/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A named, byte-exact address range [start, end): not page-aligned, and never
 * the same thing as a VMA.
 */
#ifndef FACTS_ARRAY_H
#define FACTS_ARRAY_H

#include <stddef.h>
#include <stdint.h>

enum array_source {
	ARRAY_PYTHON,
	ARRAY_ELF,
	ARRAY_HEAP,
	ARRAY_MARK,
	ARRAY_MAPPING,
	ARRAY_SOURCES,
};

struct array_desc {
	uint32_t id; /* stable within one stream of snapshots */
	enum array_source source;
	char *name; /* untrusted text; owned by the holder */
	uint64_t start;
	uint64_t end;
};

struct array_list {
	struct array_desc *arrays;
	size_t count;
	size_t capacity;
};

#endif
