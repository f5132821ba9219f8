/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Dicts, attributes, pointers and tuples. */
#include "arrays/python/expand_steps.h"

#include <errno.h>

#include "arrays/python/notebook.h"

struct items {
	struct py_walk *walk;
	size_t node;
	enum py_edge edge;
};

static int push_item(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	struct items *items = ctx;

	if (items->walk->has_notebook && items->node == items->walk->main_node &&
	    py_notebook_turn(items->walk->py, key))
		return 0;
	return py_walk__push(items->walk, &(struct py_node){ .object = value,
							     .label = key,
							     .slot = slot,
							     .parent = (uint32_t)items->node,
							     .edge = (uint16_t)items->edge });
}

int py_expand_dict(struct py_walk *walk, size_t node, uint64_t dict, enum py_edge edge)
{
	struct items items = { walk, node, edge };

	return py_walk_goes_on(py_each_item(walk->py, dict, push_item, &items));
}

int py_expand_attributes(struct py_walk *walk, size_t node, uint64_t object,
			 const struct py_type *type)
{
	struct items items = { walk, node, EDGE_ATTR };

	return py_walk_goes_on(py_each_attribute(walk->py, object, type, push_item, &items));
}

int py_expand_pointer(struct py_walk *walk, size_t node, uint64_t address, const char *literal)
{
	uint64_t object;

	if (py_word(walk->py, address, &object) || !object)
		return 0;
	return py_walk__push(walk, &(struct py_node){ .object = object,
						      .label = (uintptr_t)literal,
						      .slot = address,
						      .parent = (uint32_t)node,
						      .edge = EDGE_TEXT });
}

/* `count` pointers, beginning at an address. */
int py_expand_words(struct py_walk *walk, size_t node, uint64_t address, uint64_t count)
{
	uint64_t i, object;
	int err = 0;

	for (i = 0; !err && i < count && i < PY_CONTAINER_MAX && py_in_time(walk->py); i++) {
		if (py_word(walk->py, address + i * 8, &object))
			break;
		if (object)
			err = py_walk__push(walk, &(struct py_node){ .object = object,
								     .label = i,
								     .slot = address + i * 8,
								     .parent = (uint32_t)node,
								     .edge = EDGE_INDEX });
	}
	return err;
}
