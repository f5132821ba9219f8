/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What a pickle would make, as a tree; nothing of it is run. Values of a dict or tuple are a list
 * of cells. Node 0 is what is not known.
 */
#ifndef ARRAYS_PICKLE_H
#define ARRAYS_PICKLE_H

#include "arrays/files/file_reader.h"

enum pickle_kind {
	PICKLE_OTHER,
	PICKLE_NUMBER,
	PICKLE_TEXT,
	PICKLE_GLOBAL, /* text: "module name" */
	PICKLE_TUPLE,  /* or list */
	PICKLE_DICT,   /* cells: key, value, key, ... */
	PICKLE_CALL,   /* cells: what is called, its arguments (a tuple) */
	PICKLE_OUTSIDE /* cells: a tuple that says which object outside of the pickle it is */
};

struct pickle_node {
	enum pickle_kind kind;
	uint32_t first, last; /* cells; 0: none */
	int64_t number;	      /* or where the text begins */
};

struct pickle_cell {
	uint32_t node;
	uint32_t next; /* 0: none */
};

struct pickle {
	struct pickle_node *nodes;
	struct pickle_cell *cells; /* the first is not used */
	char *texts;		   /* each terminated */
	uint32_t *stack, *memo;
	size_t *marks; /* how high the stack was */
	size_t node_count, cell_count, text_count, stack_count, memo_count, mark_count;
	size_t node_room, cell_room, text_room, stack_room, memo_room, mark_room;
	uint32_t root;
};

/*
 * Reads one at the reader's position. 0 or -ENOMEM. One that is damaged, too large or of unknown
 * opcodes makes the reader's error. The caller calls free in each case.
 */
int pickle_read(struct file_reader *reader, struct pickle *ret);
void pickle_free(struct pickle *pickle);

/* The node of a cell; 0 if there is no such cell. */
uint32_t pickle_at(const struct pickle *pickle, uint32_t node, unsigned int index);

/* Of a text or global; "" for others. */
const char *pickle_text(const struct pickle *pickle, uint32_t node);

#endif
