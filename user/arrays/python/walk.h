/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the arrays are called: breadth first from the frames, __main__ and the other modules,
 * through containers, instances, closures and generators.
 */
#ifndef ARRAYS_PYTHON_WALK_H
#define ARRAYS_PYTHON_WALK_H

#include "arrays/python/address_set.h"
#include "arrays/python/reader.h"

enum py_edge {
	EDGE_ROOT,    /* label: index of a root's text */
	EDGE_ATTR,    /* label: address of a str */
	EDGE_ITEM,    /* label: address of a dict's key */
	EDGE_INDEX,   /* label: position */
	EDGE_MEMBER,  /* of a set */
	EDGE_CLOSURE, /* label: address of the variable's name, or 0 */
	EDGE_LOCAL,   /* label: address of the variable's name */
	EDGE_INSIDE,  /* what a cell holds: adds nothing to the name */
	EDGE_SELF,    /* of a method */
	EDGE_DEFAULTS,
	EDGE_KWDEFAULTS,
	EDGE_BASE, /* of a view */
	EDGE_WORD, /* label: offset in the object */
};

struct py_node {
	uint64_t object;
	uint64_t label;
	uint32_t parent;
	uint16_t edge;
	uint16_t depth;
};

struct py_walk {
	struct py *py;
	struct py_node *nodes; /* also the queue: breadth first */
	size_t count;
	size_t capacity;
	size_t next;
	struct address_set visited;
	char **roots; /* texts, owned */
	size_t root_count;
	size_t root_capacity;
	/* Told of each way that leads to an ndarray; returns 0 or -errno. */
	int (*found)(void *ctx, uint64_t object, size_t node);
	void *ctx;
};

/* 0 or -ENOMEM; the walk is freed in either case by py_walk__deinit. */
int py_walk__init(struct py_walk *walk, struct py *py);
void py_walk__deinit(struct py_walk *walk);

/* Goes from where it stands until nothing is left; 0 (also when cut short) or -errno. */
int py_walk__run(struct py_walk *walk);

/* Roots, to be followed by py_walk__run: the locals of all frames; one module by its name. */
int py_walk__add_frames(struct py_walk *walk);
int py_walk__add_module(struct py_walk *walk, const char *name);
int py_walk__add_other_modules(struct py_walk *walk);

/* "__main__.g.grid['w'][3]": malloc'd, or NULL when there is no memory. */
char *py_walk__name(struct py_walk *walk, size_t node);

/* For the files of the walk alone: */
int py_walk__push(struct py_walk *walk, uint64_t object, size_t parent, enum py_edge edge,
		  uint64_t label);
int py_walk__push_root(struct py_walk *walk, uint64_t object, const char *text);
int py_expand(struct py_walk *walk, size_t node);
int py_expand_frame(struct py_walk *walk, uint64_t frame, uint64_t code, size_t parent);

#endif
