/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What context variables hold in the contexts of the threads. The value that a variable itself
 * caches may be the address of a dead object.
 */
#include <errno.h>
#include <string.h>

#include "arrays/python/expand_kinds.h"
#include "base/array.h"

#define THREADS_MAX 4096u
#define VALUES_MAX 65536u
#define NODES_MAX 65536u
#define DEPTH_MAX 8 /* _Py_HAMT_MAX_TREE_DEPTH, and the root */
#define FIRST_NATIVE_ID 11

/* Include/internal/pycore_context.h and pycore_hamt.h, the same from 3.8 to 3.15 */
#define CONTEXT_VARS 24u
#define HAMT_ROOT 16u
#define BITMAP_ITEMS 32u /* a variable and its value, or 0 and a node: ob_size words of them */
#define COLLISION_ITEMS 32u
#define ARRAY_NODES 16u
#define ARRAY_COUNT 32u
#define ITEMS_MAX 4096u

struct look {
	struct py_walk *walk;
	struct py_context_value value; /* of the thread */
	unsigned int nodes;
};

/* "Context" in "_contextvars.Context". */
static bool is_called(struct py *py, uint64_t object, const char *name)
{
	char text[PY_NAME_MAX];

	return !strcmp(py_class_name(py, object, text), name);
}

static int add_value(struct look *look, uint64_t variable, uint64_t value, uint64_t slot)
{
	struct py_context_values *values = &look->walk->context_values;

	if (values->count >= VALUES_MAX)
		return 0;
	if (array_reserve((void **)&values->values, &values->capacity, values->count + 1,
			  sizeof(*values->values)))
		return -ENOMEM;
	look->value.variable = variable;
	look->value.value = value;
	look->value.slot = slot;
	values->values[values->count++] = look->value;
	return 0;
}

static int add_node(struct look *look, uint64_t node, int depth);

/* Pairs of words. */
static int add_items(struct look *look, uint64_t items, uint64_t words, int depth)
{
	uint64_t pair[2], i;
	int err = 0;

	for (i = 0; !err && i + 1 < words && i < ITEMS_MAX; i += 2) {
		if (py_read(look->walk->py, items + i * 8, pair, sizeof(pair)))
			break;
		err = pair[0] ? add_value(look, pair[0], pair[1], items + i * 8 + 8)
			      : add_node(look, pair[1], depth + 1);
	}
	return err;
}

static int add_node(struct look *look, uint64_t node, int depth)
{
	struct py *py = look->walk->py;
	uint64_t words, i;
	int err = 0;

	if (!node || depth > DEPTH_MAX || look->nodes++ >= NODES_MAX || !py_in_time(py))
		return 0;
	if (is_called(py, node, "hamt_array_node")) {
		for (i = 0; !err && i < ARRAY_COUNT; i++) {
			uint64_t child;

			if (py_word(py, node + ARRAY_NODES + i * 8, &child))
				break;
			err = add_node(look, child, depth + 1);
		}
		return err;
	}
	if (py_word(py, node + (uint64_t)py->layout.ob_size, &words))
		return 0;
	if (is_called(py, node, "hamt_bitmap_node"))
		return add_items(look, node + BITMAP_ITEMS, words, depth);
	if (is_called(py, node, "hamt_collision_node"))
		return add_items(look, node + COLLISION_ITEMS, words, depth);
	return 0;
}

/* The context of a thread is the only word of its state that points to a Context. */
static int add_thread(struct look *look, uint64_t thread)
{
	struct py *py = look->walk->py;
	uint64_t end = (uint64_t)py->layout.ts_size, offset, context, vars, root;

	for (offset = 0; offset + 8 <= end; offset += 8) {
		if (py_word(py, thread + offset, &context) || !context ||
		    !is_called(py, context, "Context"))
			continue;
		look->value.context_slot = thread + offset;
		look->value.vars_slot = context + CONTEXT_VARS;
		if (py_word(py, look->value.vars_slot, &vars) ||
		    py_word(py, vars + HAMT_ROOT, &root))
			return 0;
		return add_node(look, root, 0);
	}
	return 0;
}

/* The first thread of an interpreter is the last in its list: new threads are put before it. */
static int read_values(struct py_walk *walk)
{
	struct py *py = walk->py;
	const struct py_layout *layout = &py->layout;
	int32_t at = layout->minor >= FIRST_NATIVE_ID ? layout->ts_native_id : layout->ts_thread_id;
	struct look look = { .walk = walk };
	uint64_t thread, next, i;
	int err = 0;

	walk->context_values.interp = py->interp;
	walk->context_values.count = 0;
	if (py_word(py, py->interp + (uint64_t)layout->is_tstate_head, &thread))
		return 0;
	for (i = 0; !err && thread && i < THREADS_MAX; i++) {
		if (py_word(py, thread + (uint64_t)layout->ts_next, &next) ||
		    py_word(py, thread + (uint64_t)at, &look.value.thread))
			break;
		if (!next)
			look.value.thread = 0;
		err = add_thread(&look, thread);
		thread = next;
	}
	return err;
}

int py_expand_contextvar(struct py_walk *walk, size_t node, uint64_t variable)
{
	const struct py_context_values *values = &walk->context_values;
	struct py_links *links = walk->py->links;
	size_t i;
	int err = 0;

	walk->py->links = NULL;
	if (values->interp != walk->py->interp)
		err = read_values(walk);
	walk->py->links = links;
	for (i = 0; !err && i < values->count; i++) {
		const struct py_context_value *value = &values->values[i];
		uint64_t same;

		/* A tree of variables never changes: a new one replaces it. */
		if (value->variable != variable ||
		    py_follow(walk->py, value->context_slot, &same) ||
		    py_follow(walk->py, value->vars_slot, &same))
			continue;
		err = py_walk__push(walk, &(struct py_node){ .object = value->value,
							     .label = value->thread,
							     .slot = value->slot,
							     .parent = (uint32_t)node,
							     .edge = EDGE_CONTEXT });
	}
	return err;
}
