/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the arrays are called: breadth first from the frames, __main__ and the other modules,
 * through containers, instances, closures and generators.
 */
#ifndef ARRAYS_PYTHON_WALK_H
#define ARRAYS_PYTHON_WALK_H

#include "arrays/python/address_set.h"
#include "arrays/python/reader.h"

#define PY_PATH_BYTES 2048u /* of a name with the way to it */

enum py_edge {
	EDGE_ROOT,    /* label: its text */
	EDGE_TEXT,    /* label: what follows in the name */
	EDGE_ATTR,    /* label: address of a str */
	EDGE_DESCR,   /* label: address of a str: a class attribute that answers for another */
	EDGE_NAMED,   /* label: address of a C string, the attribute's name */
	EDGE_ITEM,    /* label: address of a dict's key */
	EDGE_INDEX,   /* label: position */
	EDGE_MEMBER,  /* of a set */
	EDGE_CLOSURE, /* label: address of the variable's name, or 0 */
	EDGE_LOCAL,   /* label: address of the variable's name */
	EDGE_STACK,   /* label: position among a frame's unnamed values */
	EDGE_WORD,    /* label: offset in the object */
};

struct py_node {
	uint64_t object;
	uint64_t label; /* of EDGE_ROOT and EDGE_TEXT: a pointer to text that outlives the walk */
	uint64_t slot;	/* address of the word that led to it; 0: no word alone does */
	uint32_t parent;
	uint16_t edge;
	uint16_t depth;
};

/* Ways to follow, in turn, where there is no other. */
enum py_turn {
	PY_LATER_VALUES,  /* weak references, and what a frame holds without a name */
	PY_LATER_CLASSES, /* of instances: most are some module's */
	PY_LATERS,
};

struct py_later {
	struct py_node *nodes;
	size_t count;
	size_t capacity;
};

struct py_walk {
	struct py *py;
	struct py_node *nodes; /* also the queue: breadth first */
	size_t count;
	size_t capacity;
	size_t next;
	struct address_set visited;
	struct address_set modules; /* of sys.modules: roots, never followed */
	struct py_later later[PY_LATERS];
	struct address_set offered; /* what is in one of these */
	uint64_t walked_min_bytes;  /* what py_is_walked and holds less is no array */
	char **texts;		    /* owned */
	size_t text_count;
	size_t text_capacity;
	size_t main_node; /* of __main__, in a notebook; whose caches wait: */
	bool has_notebook;
	/* Told of each way that leads to an array; returns 0 or -errno. */
	int (*found)(void *ctx, uint64_t object, size_t node);
	void *ctx;
};

/* 0 or -ENOMEM; the walk is freed in either case by py_walk__deinit. */
int py_walk__init(struct py_walk *walk, struct py *py);
void py_walk__deinit(struct py_walk *walk);

/* Goes from where it stands until nothing is left; 0 (also when cut short) or -errno. */
int py_walk__run(struct py_walk *walk);

/* The same along ways that were put off, to what has no other name so far. */
int py_walk__run_later(struct py_walk *walk, enum py_turn turn);

/*
 * Roots, to be followed by py_walk__run: __main__, in a notebook without what the notebook keeps
 * there for itself, which follows later; the locals of all frames; the other modules.
 */
int py_walk__add_main(struct py_walk *walk);
int py_walk__add_notebook(struct py_walk *walk);
int py_walk__add_frames(struct py_walk *walk);
int py_walk__add_other_modules(struct py_walk *walk);

/* "__main__.g.grid['w'][3]": malloc'd, or NULL when there is no memory. */
char *py_walk__name(struct py_walk *walk, size_t node);

/* For the files of the walk alone: */
int py_walk__push(struct py_walk *walk, const struct py_node *node);
int py_walk__push_text(struct py_walk *walk, uint64_t object, size_t parent, const char *literal);
int py_walk__push_root(struct py_walk *walk, uint64_t object, const char *text);
int py_walk__defer(struct py_walk *walk, enum py_turn turn, const struct py_node *node);

/* A node without an object, for roots that are none. Its number in ret; 0 or -ENOMEM. */
int py_walk__add_node(struct py_walk *walk, const struct py_node *node, size_t *ret);

/* A copy that lives as long as the walk; NULL when there is no memory. */
const char *py_walk__keep(struct py_walk *walk, const char *text);

/* Whether __main__ has a key that belongs to the notebook, and when its turn comes: 0, its user's. */
int py_notebook_turn(struct py_walk *walk, uint64_t key);

/* Only lack of memory, and the target's end, end a walk: else 0. */
int py_walk_goes_on(int err);

/* What an object holds: py_expand asks those below it. 0 or -errno. */
int py_expand(struct py_walk *walk, size_t node);
int py_expand_dict(struct py_walk *walk, size_t node, uint64_t dict, enum py_edge edge);
int py_expand_pointer(struct py_walk *walk, size_t node, uint64_t address, const char *literal);
int py_expand_frame(struct py_walk *walk, uint64_t frame, uint64_t code, size_t parent);
int py_expand_frame_object(struct py_walk *walk, size_t node, uint64_t object);
int py_expand_generator(struct py_walk *walk, size_t node, uint64_t generator);
int py_expand_function(struct py_walk *walk, size_t node, uint64_t function);
int py_expand_body(struct py_walk *walk, size_t node, uint64_t object, const struct py_type *type);
int py_expand_attributes(struct py_walk *walk, size_t node, uint64_t object,
			 const struct py_type *type);
int py_expand_exception(struct py_walk *walk, size_t node, uint64_t exception);
int py_expand_pandas(struct py_walk *walk, size_t node, uint64_t object, enum py_kind kind);

/* Appends a key, as Python writes it, to text of PY_PATH_BYTES. */
void py_put_key(struct py *py, uint64_t key, char *text);

/* The i-th member of a tuple; -ENOENT behind its end. Its length, 0 where it is absurd. */
int py_tuple_get(struct py *py, uint64_t tuple, uint64_t index, uint64_t *ret);
uint64_t py_tuple_length(struct py *py, uint64_t tuple);

#endif
