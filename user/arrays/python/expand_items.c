/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Containers: what they hold by position, or unordered. */
#include "arrays/python/expand_kinds.h"
#include "arrays/python/expand_steps.h"

#define DEQUE_BLOCK 64u

int py_expand_list(struct py_walk *walk, size_t node, uint64_t list)
{
	const struct py_layout *layout = &walk->py->layout;
	uint64_t items, count;

	if (py_follow_count(walk->py, list + (uint64_t)layout->ob_size, &count) ||
	    py_follow(walk->py, list + (uint64_t)layout->li_item, &items))
		return 0;
	return py_expand_words(walk, node, items, count);
}

int py_expand_tuple(struct py_walk *walk, size_t node, uint64_t tuple)
{
	const struct py_layout *layout = &walk->py->layout;
	uint64_t count;

	if (py_follow_count(walk->py, tuple + (uint64_t)layout->ob_size, &count))
		return 0;
	return py_expand_words(walk, node, tuple + (uint64_t)layout->tu_item, count);
}

int py_expand_set(struct py_walk *walk, size_t node, uint64_t set)
{
	const struct py_layout *layout = &walk->py->layout;
	uint64_t mask, table, i, key;
	int err = 0;

	if (py_follow(walk->py, set + (uint64_t)layout->set_mask, &mask) ||
	    py_follow(walk->py, set + (uint64_t)layout->set_table, &table))
		return 0;
	for (i = 0; !err && i <= mask && i < PY_CONTAINER_MAX && py_in_time(walk->py); i++) {
		if (py_word(walk->py, table + i * 16, &key))
			break;
		if (key)
			err = py_walk__push(walk, &(struct py_node){ .object = key,
								     .label = 0,
								     .slot = table + i * 16,
								     .parent = (uint32_t)node,
								     .edge = EDGE_MEMBER });
	}
	return err;
}

/*
 * Modules/_collectionsmodule.c: count, left block, right block, left index; each block has 64
 * members between two pointers to its neighbours.
 */
int py_expand_deque(struct py_walk *walk, size_t node, uint64_t deque)
{
	const uint64_t head = deque + (uint64_t)walk->py->layout.ob_size;
	uint64_t i, count, block, index, object, slot;
	int err = 0;

	if (py_follow_count(walk->py, head, &count) || py_follow(walk->py, head + 8, &block) ||
	    py_follow(walk->py, head + 24, &index))
		return 0;
	for (i = 0; !err && i < count && i < PY_CONTAINER_MAX && py_in_time(walk->py); i++) {
		slot = block + 8 + index * 8;
		if (index >= DEQUE_BLOCK || py_word(walk->py, slot, &object))
			break;
		err = py_walk__push(walk, &(struct py_node){ .object = object,
							     .label = i,
							     .slot = slot,
							     .parent = (uint32_t)node,
							     .edge = EDGE_INDEX });
		if (++index < DEQUE_BLOCK)
			continue;
		index = 0;
		if (py_follow(walk->py, block + 8 + DEQUE_BLOCK * 8, &block))
			break;
	}
	return err;
}
