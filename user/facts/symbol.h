/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A symbol that a user asks for, and why it has no row. */
#ifndef FACTS_SYMBOL_H
#define FACTS_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct symbol_spec {
	char *text;	/* as it was typed */
	char *binary;	/* the file that defines it: a path, its last part, or that up to ".so";
			 * NULL: any */
	char *name;	/* the symbol itself, or its name in the source */
	bool pointer;	/* means the block that it points to */
	uint64_t bytes; /* of that block; 0: as malloc's header says */
};

struct symbol_list {
	struct symbol_spec *specs;
	size_t count;
	size_t capacity;
};

static inline void symbol_list__deinit(struct symbol_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		free(list->specs[i].text);
		free(list->specs[i].binary);
		free(list->specs[i].name);
	}
	free(list->specs);
}

struct symbol_miss {
	size_t spec;	  /* index of a symbol_list */
	char *text;	  /* what was asked for; owned by the holder */
	char reason[200]; /* untrusted */
};

struct symbol_miss_list {
	struct symbol_miss *misses;
	size_t count;
	size_t capacity;
};

static inline void symbol_miss_list__deinit(struct symbol_miss_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->misses[i].text);
	free(list->misses);
}

#endif
