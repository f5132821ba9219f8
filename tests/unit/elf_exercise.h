/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * All that we read in an ELF file, for files that lie. Shared by a unit test and a fuzzer.
 */
#ifndef TESTS_ELF_EXERCISE_H
#define TESTS_ELF_EXERCISE_H

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arrays/symbol_name.h"
#include "collect/elf/dwarf_objects.h"
#include "collect/elf/elf_symbol.h"
#include "collect/elf/elf_symtab.h"

struct exercise {
	struct dwarf_object objects[256];
	size_t count;
	uint64_t symbols;
	uint64_t named;
	uint64_t shapes;
};

static inline uint64_t exercise_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline int exercise_symbol(void *ctx, const struct elf_symbol *symbol)
{
	struct exercise *exercise = ctx;
	char name[SYMBOL_NAME_MAX];

	exercise->symbols++;
	exercise->named += symbol_name(symbol->name, true, name);
	symbol_may_be(symbol->name, "ns::Box<int>::grid");
	if (exercise->count < sizeof(exercise->objects) / sizeof(exercise->objects[0]) &&
	    symbol->kind == ELF_DATA && symbol->defined)
		exercise->objects[exercise->count++] =
			(struct dwarf_object){ .address = symbol->address, .bytes = symbol->bytes };
	return 0;
}

static inline int exercise_compare(const void *left, const void *right)
{
	const struct dwarf_object *a = left, *b = right;

	return (a->address > b->address) - (a->address < b->address);
}

/* The elements lie side by side, and fill the object. */
static inline bool exercise_fits(const struct array_shape *shape, uint64_t bytes)
{
	unsigned __int128 span = 0;
	int64_t element = INT64_MAX;
	uint32_t i;

	for (i = 0; i < shape->ndim; i++) {
		int64_t length = shape->dims[i], stride = shape->dims[shape->ndim + i];

		if (length < 0 || stride < 0 || !length)
			return !length && !bytes;
		span += (unsigned __int128)(uint64_t)(length - 1) * (uint64_t)stride;
		element = stride < element ? stride : element;
	}
	return !shape->ndim || span + (uint64_t)element == bytes;
}

/* What comes out is asked no questions but those that a caller relies on. */
static inline void exercise_elf(int fd, uint64_t deadline_ns, struct exercise *exercise)
{
	struct elf_identity identity;
	uint64_t value;
	size_t i;

	memset(exercise, 0, sizeof(*exercise));
	if (!elf_identify(fd, &identity) && (identity.build_id_bytes > sizeof(identity.build_id) ||
					     strchr(identity.debug_link, '/')))
		abort();
	elf_symbol_offset(fd, "malloc", &value);
	elf_load_bias(fd, 0, 0x10000, 0x1000, &value);
	elf_each_symbol(fd, exercise_symbol, exercise);
	qsort(exercise->objects, exercise->count, sizeof(*exercise->objects), exercise_compare);
	dwarf_objects_fill(fd, deadline_ns, exercise->objects, exercise->count);
	for (i = 0; i < exercise->count; i++) {
		struct array_shape *shape = exercise->objects[i].shape;

		if (shape && !exercise_fits(shape, exercise->objects[i].bytes))
			abort();
		exercise->shapes += shape != NULL;
		if (shape)
			free(shape->dims);
		free(shape);
		free(exercise->objects[i].name);
	}
}

#endif
