/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Modules/_functoolsmodule.c, the same from 3.8 to 3.15: a dict maps the arguments of calls to
 * results; with a bound, through an element for each.
 */
#include "arrays/python/expand_kinds.h"
#include "arrays/python/expand_steps.h"

#define CACHE_OFFSET 72u
#define FUNCTION_OFFSET 88u
#define BOUND_OFFSET 96u /* -1: none */
#define RESULT_OFFSET 48u

struct cache_items {
	struct py_walk *walk;
	size_t node;
};

/* Has a node of its own and is followed only here: up to 3.9 its type is not ready. */
static int add_element(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	const struct cache_items *items = ctx;
	struct py_walk *walk = items->walk;
	const struct py_node element = { .object = value,
					 .label = key,
					 .slot = slot,
					 .parent = (uint32_t)items->node,
					 .edge = EDGE_CACHED,
					 .depth = (uint16_t)(walk->nodes[items->node].depth + 1),
					 .rests_on = py_links__use(&walk->links) };
	size_t node;

	return py_walk__has_room(walk) ? py_walk__add_node(walk, &element, &node) : 0;
}

static int expand_elements(struct py_walk *walk, size_t node, uint64_t dict)
{
	struct cache_items items = { walk, node };
	size_t first = walk->count, end;
	int err = py_walk_goes_on(py_each_item(walk->py, dict, add_element, &items));

	end = walk->count;
	for (; !err && first < end && py_in_time(walk->py); first++) {
		py_walk__begin(walk, 0);
		err = py_expand_pointer(walk, first, walk->nodes[first].object + RESULT_OFFSET, "");
	}
	return err;
}

int py_expand_lru_cache(struct py_walk *walk, size_t node, uint64_t cache)
{
	const struct py_type *type;
	uint64_t dict, bound;
	int err;

	err = py_expand_pointer(walk, node, cache + FUNCTION_OFFSET, ".__wrapped__");
	if (err || py_follow(walk->py, cache + CACHE_OFFSET, &dict) ||
	    py_follow(walk->py, cache + BOUND_OFFSET, &bound))
		return err;
	type = py_type_of(walk->py, dict);
	if (!type || type->kind != PY_DICT)
		return 0;
	return bound == UINT64_MAX ? py_expand_dict(walk, node, dict, EDGE_CACHED)
				   : expand_elements(walk, node, dict);
}
