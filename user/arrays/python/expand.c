/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What each kind of object holds: containers here, the rest next door. */
#include <errno.h>

#include "arrays/python/memory.h"
#include "arrays/python/walk.h"

#define DEQUE_BLOCK 64u
#define BASE_OFFSET 48u		/* of an ndarray's base */
#define SELF_OFFSET 24u		/* of a bound function of C, and of a bound slot */
#define DESCR_GET_AFTER_DICT 8u /* tp_dict, tp_descr_get */
#define WRAPPED_OFFSET 16u	/* of a proxy, a weak reference, a staticmethod, a traceback */

struct items {
	struct py_walk *walk;
	size_t node;
	enum py_edge edge;
};

int py_walk_goes_on(int err)
{
	return err == -ENOMEM || err == -ESRCH ? err : 0;
}

static int push_item(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	struct items *items = ctx;

	if (items->walk->has_notebook && items->node == items->walk->main_node &&
	    py_notebook_turn(items->walk, key))
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

/* count pointers from an address on. */
static int expand_words(struct py_walk *walk, size_t node, uint64_t address, uint64_t count)
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

static int expand_list(struct py_walk *walk, size_t node, uint64_t list)
{
	const struct py_layout *layout = &walk->py->layout;
	uint64_t items, count;

	if (py_word(walk->py, list + (uint64_t)layout->ob_size, &count) ||
	    py_word(walk->py, list + (uint64_t)layout->li_item, &items))
		return 0;
	return expand_words(walk, node, items, count);
}

static int expand_tuple(struct py_walk *walk, size_t node, uint64_t tuple)
{
	const struct py_layout *layout = &walk->py->layout;
	uint64_t count;

	if (py_word(walk->py, tuple + (uint64_t)layout->ob_size, &count))
		return 0;
	return expand_words(walk, node, tuple + (uint64_t)layout->tu_item, count);
}

static int expand_set(struct py_walk *walk, size_t node, uint64_t set)
{
	const struct py_layout *layout = &walk->py->layout;
	uint64_t mask, table, i, key;
	int err = 0;

	if (py_word(walk->py, set + (uint64_t)layout->set_mask, &mask) ||
	    py_word(walk->py, set + (uint64_t)layout->set_table, &table))
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

/* Modules/_collectionsmodule.c: a chain of blocks of 64 members between two links. */
static int expand_deque(struct py_walk *walk, size_t node, uint64_t deque)
{
	struct {
		uint64_t count, left_block, right_block, left_index;
	} head;
	uint64_t i, object, slot;
	int err = 0;

	if (py_read(walk->py, deque + (uint64_t)walk->py->layout.ob_size, &head, sizeof(head)))
		return 0;
	for (i = 0; !err && i < head.count && i < PY_CONTAINER_MAX && py_in_time(walk->py); i++) {
		slot = head.left_block + 8 + head.left_index * 8;
		if (head.left_index >= DEQUE_BLOCK || py_word(walk->py, slot, &object))
			break;
		err = py_walk__push(walk, &(struct py_node){ .object = object,
							     .label = i,
							     .slot = slot,
							     .parent = (uint32_t)node,
							     .edge = EDGE_INDEX });
		if (++head.left_index < DEQUE_BLOCK)
			continue;
		head.left_index = 0;
		if (py_word(walk->py, head.left_block + 8 + DEQUE_BLOCK * 8, &head.left_block))
			break;
	}
	return err;
}

/* C.f of a staticmethod is the function; elsewhere one has to ask it. */
static int expand_staticmethod(struct py_walk *walk, size_t node, uint64_t object)
{
	uint64_t holder = walk->nodes[walk->nodes[node].parent].object;
	const struct py_type *type = py_type_of(walk->py, holder);

	return py_expand_pointer(walk, node, object + WRAPPED_OFFSET,
				 type && type->kind == PY_TYPE ? "" : ".__func__");
}

/* What it refers to may have better names. */
static int expand_weak(struct py_walk *walk, size_t node, uint64_t object, const char *text)
{
	struct py_node way = { .label = (uintptr_t)text,
			       .slot = object + WRAPPED_OFFSET,
			       .parent = (uint32_t)node,
			       .edge = EDGE_TEXT };

	if (py_word(walk->py, way.slot, &way.object))
		return 0;
	return py_walk__defer(walk, PY_LATER_VALUES, &way);
}

static int expand_method(struct py_walk *walk, size_t node, uint64_t object)
{
	const struct py_layout *layout = &walk->py->layout;
	int err;

	err = py_expand_pointer(walk, node, object + (uint64_t)layout->me_self, ".__self__");
	if (!err)
		err = py_expand_pointer(walk, node, object + (uint64_t)layout->me_func,
					".__func__");
	return err;
}

static int expand_memoryview(struct py_walk *walk, size_t node, uint64_t object)
{
	uint64_t viewed = py_viewed(walk->py, object);

	return viewed ? py_walk__push_text(walk, viewed, node, ".obj") : 0;
}

/* C.x calls __get__ of what x is; what it then is, C code and Python code decide. */
static bool is_descriptor(struct py *py, uint64_t object)
{
	const struct py_type *type = py_type_of(py, object);
	uint64_t get;

	return type && type->kind == PY_OTHER && type->flags & PY_FLAG_HEAPTYPE &&
	       !py_word(py, type->address + (uint64_t)py->layout.tp_dict + DESCR_GET_AFTER_DICT,
			&get) &&
	       get;
}

static int push_class_attribute(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	const struct items *items = ctx;
	enum py_edge edge = is_descriptor(items->walk->py, value) ? EDGE_DESCR : EDGE_ATTR;

	return py_walk__push(items->walk, &(struct py_node){ .object = value,
							     .label = key,
							     .slot = slot,
							     .parent = (uint32_t)items->node,
							     .edge = (uint16_t)edge });
}

static int expand_type(struct py_walk *walk, size_t node, uint64_t object)
{
	const struct py_layout *layout = &walk->py->layout;
	const struct py_type *type = py_type_at(walk->py, object);
	struct items items = { walk, node, EDGE_ATTR };
	uint64_t dict;
	int err = 0;

	if (!type || !(type->flags & PY_FLAG_HEAPTYPE))
		return 0;
	if (!py_word(walk->py, object + (uint64_t)layout->tp_dict, &dict) && dict)
		err = py_walk_goes_on(py_each_item(walk->py, dict, push_class_attribute, &items));
	if (!err)
		err = py_expand_pointer(walk, node, object + (uint64_t)layout->tp_base,
					".__base__");
	return err;
}

static int expand_module(struct py_walk *walk, size_t node, uint64_t object)
{
	uint64_t dict;

	if (py_word(walk->py, object + (uint64_t)walk->py->layout.md_dict, &dict) || !dict)
		return 0;
	return py_expand_dict(walk, node, dict, EDGE_ATTR);
}

static int expand_traceback(struct py_walk *walk, size_t node, uint64_t object)
{
	int err = py_expand_pointer(walk, node, object + WRAPPED_OFFSET, ".tb_next");

	if (!err)
		err = py_expand_pointer(walk, node, object + WRAPPED_OFFSET + 8, ".tb_frame");
	return err;
}

/* Kinds whose objects have no attributes of their own besides. */
static int expand_final(struct py_walk *walk, size_t node, uint64_t object, enum py_kind kind)
{
	const struct py_layout *layout = &walk->py->layout;

	switch (kind) {
	case PY_TYPE:
		return expand_type(walk, node, object);
	case PY_MODULE:
		return expand_module(walk, node, object);
	case PY_METHOD:
		return expand_method(walk, node, object);
	case PY_BUILTIN:
		return py_expand_pointer(walk, node, object + SELF_OFFSET, ".__self__");
	case PY_CELL:
		return py_expand_pointer(walk, node, object + (uint64_t)layout->ce_ref, "");
	case PY_PROXY:
		return py_expand_pointer(walk, node, object + WRAPPED_OFFSET, "");
	case PY_GENERATOR:
		return py_expand_generator(walk, node, object);
	case PY_FRAME:
		return py_expand_frame_object(walk, node, object);
	case PY_TRACEBACK:
		return expand_traceback(walk, node, object);
	case PY_MEMORYVIEW:
		return expand_memoryview(walk, node, object);
	case PY_CONTEXTVAR: /* the default stands behind the name */
		return py_expand_pointer(walk, node, object + WRAPPED_OFFSET + 8, ".<default>");
	default:
		return 0;
	}
}

/* Kinds that may be subclassed, which brings attributes and slots. */
static int expand_open(struct py_walk *walk, size_t node, uint64_t object,
		       const struct py_type *type)
{
	bool root = walk->nodes[node].edge == EDGE_ROOT;

	switch (type->kind) {
	case PY_LIST:
		return expand_list(walk, node, object);
	case PY_TUPLE:
		return expand_tuple(walk, node, object);
	case PY_DICT:
		return py_expand_dict(walk, node, object, root ? EDGE_ATTR : EDGE_ITEM);
	case PY_SET:
		return expand_set(walk, node, object);
	case PY_DEQUE:
		return expand_deque(walk, node, object);
	case PY_FUNCTION:
		return py_expand_function(walk, node, object);
	case PY_STATICMETHOD:
		return expand_staticmethod(walk, node, object);
	case PY_WEAKREF:
		return expand_weak(walk, node, object, "()");
	case PY_WEAKPROXY:
		return expand_weak(walk, node, object, "");
	case PY_EXCEPTION:
		return py_expand_exception(walk, node, object);
	case PY_NDARRAY:
		return py_expand_pointer(walk, node, object + BASE_OFFSET, ".base");
	case PY_PANDAS_BLOCKS:
	case PY_PANDAS_BLOCK:
	case PY_PANDAS_BACKED:
		return py_expand_pandas(walk, node, object, type->kind);
	default:
		return 0;
	}
}

static bool is_open(enum py_kind kind)
{
	switch (kind) {
	case PY_OTHER:
	case PY_LIST:
	case PY_TUPLE:
	case PY_DICT:
	case PY_SET:
	case PY_DEQUE:
	case PY_FUNCTION:
	case PY_STATICMETHOD:
	case PY_WEAKREF:
	case PY_WEAKPROXY:
	case PY_EXCEPTION:
	case PY_NDARRAY:
	case PY_BYTEARRAY:
	case PY_ARRAY:
	case PY_MMAP:
	case PY_LEAF:
	case PY_INT:
	case PY_STR:
	case PY_BYTES:
	case PY_PANDAS_BLOCKS:
	case PY_PANDAS_BLOCK:
	case PY_PANDAS_BACKED:
		return true;
	default:
		return false;
	}
}

int py_expand(struct py_walk *walk, size_t node)
{
	uint64_t object = walk->nodes[node].object;
	const struct py_type *found = py_type_of(walk->py, object);
	struct py_type type;
	int err;

	if (!found)
		return 0;
	/* A copy: what is pushed may bring new types. */
	type = *found;
	if (!is_open(type.kind))
		return expand_final(walk, node, object, type.kind);
	err = expand_open(walk, node, object, &type);
	if (!err)
		err = py_expand_attributes(walk, node, object, &type);
	return err ? err : py_expand_body(walk, node, object, &type);
}
