/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Ways to objects. Each is a node, which has its parent node and the edge from that to it. The
 * nodes are also the queue of the walk, breadth first.
 */
#ifndef ARRAYS_PYTHON_WAYS_H
#define ARRAYS_PYTHON_WAYS_H

#include "arrays/python/address_set.h"
#include "arrays/python/answers.h"
#include "arrays/python/reader.h"

#define PY_PATH_BYTES 2048u /* of a name, with its NUL */

enum py_edge {
	EDGE_ROOT,    /* label: its text */
	EDGE_TEXT,    /* label: what follows in the name */
	EDGE_ATTR,    /* label: address of a str */
	EDGE_DESCR,   /* label: address of a str: a class attribute that computes another */
	EDGE_NAMED,   /* label: address of a C string, the attribute's name */
	EDGE_ITEM,    /* label: address of a dict's key */
	EDGE_INDEX,   /* label: position */
	EDGE_MEMBER,  /* of a set */
	EDGE_CACHED,  /* label: address of the key of a call, in the dict of an lru_cache */
	EDGE_FIELD,   /* label: text of a field, "['x']"; the object is the array that has it */
	EDGE_ELEMENT, /* of an array or such a field; label: position in C order */
	EDGE_CONTEXT, /* label: number of the thread in whose context it is; 0: the first */
	EDGE_CLOSURE, /* label: address of the variable's name, or 0 */
	EDGE_LOCAL,   /* label: address of the variable's name */
	EDGE_CELL,    /* the same for a variable that inner functions share: its cell */
	EDGE_STACK,   /* label: position among a frame's unnamed values */
	EDGE_WORD,    /* label: offset in the object */
};

struct py_node {
	uint64_t object;
	uint64_t label; /* of EDGE_ROOT and EDGE_TEXT: a pointer to text that outlives the walk */
	uint64_t slot;	/* address of the word that led to it; 0: see the links */
	uint32_t parent;
	uint16_t edge;
	uint16_t depth;
	struct py_link_range rests_on; /* set by py_walk__push and py_walk__defer */
};

/* Deferred ways, followed in turn to objects without another name. */
enum py_turn {
	PY_LATER_VALUES,  /* weak references, and unnamed values of a frame */
	PY_LATER_CLASSES, /* of instances: most belong to a module */
	PY_LATERS,
};

struct py_later {
	struct py_node *nodes;
	size_t count;
	size_t capacity;
};

/* What a context variable holds in the context of a thread. */
struct py_context_value {
	uint64_t variable;
	uint64_t value;
	uint64_t slot;	       /* address of the word that holds the value */
	uint64_t thread;       /* its number; 0: the interpreter's first */
	uint64_t context_slot; /* addresses of the words that lead to the value */
	uint64_t vars_slot;
};

struct py_context_values {
	struct py_context_value *values; /* owned */
	size_t count;
	size_t capacity;
	uint64_t interp; /* the interpreter they belong to; 0: not read yet */
};

struct py_walk {
	struct py *py;
	struct py_node *nodes;
	size_t count;
	size_t capacity;
	size_t next; /* next to expand */
	struct py_links links;
	struct address_set visited;
	struct address_set modules; /* of sys.modules: roots, never followed */
	struct py_later later[PY_LATERS];
	struct address_set offered; /* objects that are queued */
	uint64_t walked_min_bytes;  /* objects of types in py_is_walked that hold less are not
				     * arrays */
	struct py_answers answers;  /* for names */
	/* The name of the node whose child was named last: its next child is often the next. */
	char prefix[PY_PATH_BYTES];
	size_t prefix_length; /* 0: none */
	size_t prefix_node;
	struct py_context_values context_values;
	size_t elements; /* of object arrays, visited so far */
	char **texts;	 /* owned */
	size_t text_count;
	size_t text_capacity;
	size_t main_node; /* of __main__, in a notebook; its caches are deferred: */
	bool has_notebook;
	/* Called for each way that leads to an array; returns 0 or -errno. */
	int (*found)(void *ctx, uint64_t object, size_t node);
	void *ctx;
};

/* 0 or -ENOMEM; py_walk__deinit must be called in either case. */
int py_walk__init(struct py_walk *walk, struct py *py);
void py_walk__deinit(struct py_walk *walk);

/* Begins an object: what is pushed from here on rests on its identity. */
void py_walk__begin(struct py_walk *walk, uint64_t object);

/* Adds a way, unless it leads to nothing new. 0 or -errno. */
int py_walk__push(struct py_walk *walk, const struct py_node *node);
int py_walk__push_text(struct py_walk *walk, uint64_t object, size_t parent, const char *literal);
int py_walk__push_root(struct py_walk *walk, uint64_t object, const char *text);

/* Defers a way, in case nothing else leads there. */
int py_walk__defer(struct py_walk *walk, enum py_turn turn, const struct py_node *node);

/* As py_walk__push, for a deferred way: it rests on what it did then. */
int py_walk__push_deferred(struct py_walk *walk, const struct py_node *node);

/* Whether an object can become a row, or lead to one. */
bool py_walk__leads_on(struct py_walk *walk, uint64_t object);

/* Whether there is room for one more node; if not, the search ends early. */
bool py_walk__has_room(struct py_walk *walk);

/* Adds a node, new or not. Its number in *ret; 0 or -ENOMEM. */
int py_walk__add_node(struct py_walk *walk, const struct py_node *node, size_t *ret);

/* A copy that lives as long as the walk; NULL if there is no memory. */
const char *py_walk__keep(struct py_walk *walk, const char *text);

/* Only lack of memory and the end of the target end a walk; returns 0 for other errors. */
int py_walk_goes_on(int err);

#endif
