/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The queue: ways that lead to nothing new do not enter it. */
#include "arrays/python/ways.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/python/buffer.h"
#include "arrays/python/memory.h"
#include "base/array.h"

#define NODES_MAX 1000000u
#define TEXTS_MAX 200000u
#define DEPTH_MAX 30u /* a name has at most 32 steps */

int py_walk_goes_on(int err)
{
	return err == -ENOMEM || err == -ESRCH ? err : 0;
}

static int add_known_module(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	struct py_walk *walk = ctx;

	(void)key;
	(void)slot;
	return address_set__add(&walk->modules, value) < 0 ? -ENOMEM : 0;
}

int py_walk__init(struct py_walk *walk, struct py *py)
{
	int err;

	memset(walk, 0, sizeof(*walk));
	walk->py = py;
	walk->links.limit = PY_LINKS_MAX;
	err = address_set__init(&walk->visited);
	if (!err)
		err = address_set__init(&walk->modules);
	if (!err)
		err = address_set__init(&walk->offered);
	if (!err)
		err = py_each_item(py, py->modules, add_known_module, walk);
	py->links = &walk->links;
	return py_walk_goes_on(err);
}

void py_walk__deinit(struct py_walk *walk)
{
	size_t i;

	walk->py->links = NULL;
	for (i = 0; i < walk->text_count; i++)
		free(walk->texts[i]);
	free(walk->texts);
	free(walk->nodes);
	for (i = 0; i < PY_LATERS; i++)
		free(walk->later[i].nodes);
	py_links__deinit(&walk->links);
	address_set__deinit(&walk->visited);
	address_set__deinit(&walk->modules);
	address_set__deinit(&walk->offered);
	py_answers__deinit(&walk->answers);
	free(walk->context_values.values);
}

void py_walk__begin(struct py_walk *walk, uint64_t object)
{
	uint64_t type;

	py_links__begin(&walk->links);
	if (object)
		py_follow(walk->py, object + (uint64_t)walk->py->layout.ob_type, &type);
}

/* Most are small: the length alone tells, at up to 4 bytes per character. */
static bool is_large(struct py_walk *walk, uint64_t object, enum py_kind kind)
{
	uint64_t length;

	return walk->walked_min_bytes &&
	       !py_word(walk->py, object + (uint64_t)walk->py->layout.ob_size, &length) &&
	       length >= walk->walked_min_bytes / 4 &&
	       buffer_span(walk->py, object, kind) >= walk->walked_min_bytes;
}

/* Modules in sys.modules are roots themselves; a subclass of str or int may have attributes. */
static bool leads_on(struct py_walk *walk, uint64_t object, const struct py_type *type)
{
	switch (type->kind) {
	case PY_CODE:
		return false;
	case PY_LEAF:
	case PY_INT:
	case PY_STR:
	case PY_BYTES:
		return type->flags & PY_FLAG_HEAPTYPE;
	case PY_MODULE:
		return !address_set__has(&walk->modules, object);
	default:
		return true;
	}
}

bool py_walk__leads_on(struct py_walk *walk, uint64_t object)
{
	const struct py_type *type = py_type_of(walk->py, object);

	return type && (leads_on(walk, object, type) || py_is_swept(type->kind) ||
			(py_is_walked(type->kind) && is_large(walk, object, type->kind)));
}

bool py_walk__has_room(struct py_walk *walk)
{
	if (walk->count >= NODES_MAX)
		walk->py->cut = "too many objects";
	return walk->count < NODES_MAX;
}

const char *py_walk__keep(struct py_walk *walk, const char *text)
{
	char *copy;

	if (walk->text_count >= TEXTS_MAX) {
		walk->py->cut = "too many names";
		return "?";
	}
	copy = strdup(text);
	if (!copy || array_reserve((void **)&walk->texts, &walk->text_capacity,
				   walk->text_count + 1, sizeof(*walk->texts))) {
		free(copy);
		return NULL;
	}
	walk->texts[walk->text_count++] = copy;
	return copy;
}

int py_walk__add_node(struct py_walk *walk, const struct py_node *node, size_t *ret)
{
	if (array_reserve((void **)&walk->nodes, &walk->capacity, walk->count + 1,
			  sizeof(*walk->nodes)))
		return -ENOMEM;
	walk->nodes[walk->count] = *node;
	*ret = walk->count++;
	return 0;
}

/* A way to something new, or to an array. Its links are set if it is kept. */
static int push_way(struct py_walk *walk, const struct py_node *way, bool deferred)
{
	const struct py_type *type = py_type_of(walk->py, way->object);
	const uint64_t object = way->object;
	struct py_node node = *way;
	bool array, swept;
	int fresh, err;
	size_t at;

	if (!type)
		return 0;
	node.depth = 0;
	if (node.edge != EDGE_ROOT)
		node.depth = (uint16_t)(walk->nodes[node.parent].depth + 1);
	swept = py_is_swept(type->kind);
	array = swept || (py_is_walked(type->kind) && is_large(walk, object, type->kind));
	if (node.depth > DEPTH_MAX || (!array && !leads_on(walk, object, type)))
		return 0;
	fresh = address_set__add(&walk->visited, object);
	/* Another way to an array is one more name; for any other object it is dropped. */
	if (fresh < 0 || (!fresh && !array))
		return fresh;
	if (!py_walk__has_room(walk))
		return 0;
	if (!deferred)
		node.rests_on = py_links__use(&walk->links);
	err = py_walk__add_node(walk, &node, &at);
	if (!err && array)
		err = walk->found(walk->ctx, object, at);
	/* What it leads to is also known; names for objects that were not swept are made later. */
	if (!fresh && !err && swept)
		walk->count--;
	return err;
}

int py_walk__push(struct py_walk *walk, const struct py_node *node)
{
	return push_way(walk, node, false);
}

int py_walk__push_deferred(struct py_walk *walk, const struct py_node *node)
{
	return push_way(walk, node, true);
}

int py_walk__push_text(struct py_walk *walk, uint64_t object, size_t parent, const char *literal)
{
	return py_walk__push(walk, &(struct py_node){ .object = object,
						      .label = (uintptr_t)literal,
						      .parent = (uint32_t)parent,
						      .edge = EDGE_TEXT });
}

int py_walk__push_root(struct py_walk *walk, uint64_t object, const char *text)
{
	const char *copy = py_walk__keep(walk, text);

	if (!copy)
		return -ENOMEM;
	return py_walk__push(
		walk,
		&(struct py_node){ .object = object, .label = (uintptr_t)copy, .edge = EDGE_ROOT });
}

int py_walk__defer(struct py_walk *walk, enum py_turn turn, const struct py_node *node)
{
	struct py_later *later = &walk->later[turn];
	int fresh;

	if (!node->object || address_set__has(&walk->visited, node->object))
		return 0;
	if (later->count >= NODES_MAX) {
		walk->py->cut = "too many objects";
		return 0;
	}
	fresh = address_set__add(&walk->offered, node->object);
	if (fresh <= 0)
		return fresh;
	if (array_reserve((void **)&later->nodes, &later->capacity, later->count + 1,
			  sizeof(*later->nodes)))
		return -ENOMEM;
	later->nodes[later->count] = *node;
	later->nodes[later->count++].rests_on = py_links__use(&walk->links);
	return 0;
}
