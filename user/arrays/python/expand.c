/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What each kind of object holds. */
#include <errno.h>

#include "arrays/python/walk.h"

#define DEQUE_BLOCK 64u
#define LOCALS_MAX 4096u
#define WORDS_MAX_BYTES 512u
#define STACK_REF_TAG 3ull

struct items {
	struct py_walk *walk;
	size_t node;
	enum py_edge edge;
};

/* Only lack of memory, and the target's end, end a walk. */
static int go_on(int err)
{
	return err == -ENOMEM || err == -ESRCH ? err : 0;
}

static int push_item(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	struct items *items = ctx;

	(void)slot;
	return py_walk__push(items->walk, value, items->node, items->edge, key);
}

static int expand_dict(struct py_walk *walk, size_t node, uint64_t dict, enum py_edge edge)
{
	struct items items = { walk, node, edge };

	return go_on(py_each_item(walk->py, dict, push_item, &items));
}

/* count pointers from an address on. */
static int expand_words(struct py_walk *walk, size_t node, uint64_t address, uint64_t count,
			enum py_edge edge)
{
	uint64_t i, object;
	int err = 0;

	for (i = 0; !err && i < count && i < PY_CONTAINER_MAX && py_in_time(walk->py); i++) {
		if (py_word(walk->py, address + i * 8, &object))
			break;
		if (object)
			err = py_walk__push(walk, object, node, edge, i);
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
	return expand_words(walk, node, items, count, EDGE_INDEX);
}

static int expand_tuple(struct py_walk *walk, size_t node, uint64_t tuple, enum py_edge edge)
{
	const struct py_layout *layout = &walk->py->layout;
	uint64_t count;

	if (py_word(walk->py, tuple + (uint64_t)layout->ob_size, &count))
		return 0;
	return expand_words(walk, node, tuple + (uint64_t)layout->tu_item, count, edge);
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
			err = py_walk__push(walk, key, node, EDGE_MEMBER, 0);
	}
	return err;
}

/* Modules/_collectionsmodule.c: a chain of blocks of 64 members between two links. */
static int expand_deque(struct py_walk *walk, size_t node, uint64_t deque)
{
	struct {
		uint64_t count, left_block, right_block, left_index;
	} head;
	uint64_t i, object;
	int err = 0;

	if (py_read(walk->py, deque + (uint64_t)walk->py->layout.ob_size, &head, sizeof(head)))
		return 0;
	for (i = 0; !err && i < head.count && i < PY_CONTAINER_MAX && py_in_time(walk->py); i++) {
		if (head.left_index >= DEQUE_BLOCK ||
		    py_word(walk->py, head.left_block + 8 + head.left_index * 8, &object))
			break;
		err = py_walk__push(walk, object, node, EDGE_INDEX, i);
		if (++head.left_index < DEQUE_BLOCK)
			continue;
		head.left_index = 0;
		if (py_word(walk->py, head.left_block + 8 + DEQUE_BLOCK * 8, &head.left_block))
			break;
	}
	return err;
}

static int member_of_tuple(struct py *py, uint64_t tuple, uint64_t index, uint64_t *ret)
{
	uint64_t count;

	if (py_word(py, tuple + (uint64_t)py->layout.ob_size, &count) || index >= count)
		return -ENOENT;
	return py_word(py, tuple + (uint64_t)py->layout.tu_item + index * 8, ret);
}

static uint64_t tuple_length(struct py *py, uint64_t tuple)
{
	uint64_t count = 0;

	py_word(py, tuple + (uint64_t)py->layout.ob_size, &count);
	return count < LOCALS_MAX ? count : 0;
}

/* The name of a frame's slot: one tuple from 3.11 on, before that three one after the other. */
static uint64_t local_name(struct py *py, uint64_t code, uint64_t index)
{
	const int32_t parts[] = { py->layout.co_localsplusnames, py->layout.co_varnames,
				  py->layout.co_cellvars, py->layout.co_freevars };
	uint64_t tuple, name;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i] < 0 || py_word(py, code + (uint64_t)parts[i], &tuple))
			continue;
		if (!member_of_tuple(py, tuple, index, &name))
			return name;
		if (i == 0)
			return 0;
		index -= tuple_length(py, tuple);
	}
	return 0;
}

int py_expand_frame(struct py_walk *walk, uint64_t frame, uint64_t code, size_t parent)
{
	struct py *py = walk->py;
	uint64_t i, name, object;
	int err = 0;

	for (i = 0; !err && i < LOCALS_MAX && py_in_time(py); i++) {
		name = local_name(py, code, i);
		if (!name ||
		    py_word(py, frame + (uint64_t)py->layout.fr_localsplus + i * 8, &object))
			break;
		if ((object & STACK_REF_TAG) == STACK_REF_TAG)
			continue;
		err = py_walk__push(walk, object & ~STACK_REF_TAG, parent, EDGE_LOCAL, name);
	}
	return err;
}

static int expand_generator(struct py_walk *walk, size_t node, uint64_t generator)
{
	const struct py_layout *layout = &walk->py->layout;
	uint64_t frame = generator, code;

	if (layout->gen_iframe >= 0)
		frame += (uint64_t)layout->gen_iframe;
	else if (py_word(walk->py, generator + (uint64_t)layout->gen_frame, &frame) || !frame)
		return 0;
	if (py_word(walk->py, frame + (uint64_t)layout->fr_code, &code))
		return 0;
	return py_expand_frame(walk, frame, code & ~STACK_REF_TAG, node);
}

/* The free variables are the last of a code object's names. */
static int expand_closure(struct py_walk *walk, size_t node, uint64_t code, uint64_t closure)
{
	struct py *py = walk->py;
	uint64_t count = tuple_length(py, closure), names = 0, first = 0, i, cell, name;
	int err = 0;

	if (py->layout.co_localsplusnames >= 0)
		py_word(py, code + (uint64_t)py->layout.co_localsplusnames, &names);
	else
		py_word(py, code + (uint64_t)py->layout.co_freevars, &names);
	if (names && tuple_length(py, names) >= count)
		first = tuple_length(py, names) - count;
	for (i = 0; !err && i < count; i++) {
		if (member_of_tuple(py, closure, i, &cell))
			break;
		if (!names || member_of_tuple(py, names, first + i, &name))
			name = 0;
		err = py_walk__push(walk, cell, node, EDGE_CLOSURE, name);
	}
	return err;
}

static int expand_function(struct py_walk *walk, size_t node, uint64_t function)
{
	const struct py_layout *layout = &walk->py->layout;
	uint64_t code, closure, defaults;
	int err = 0;

	if (!py_word(walk->py, function + (uint64_t)layout->fn_code, &code) &&
	    !py_word(walk->py, function + (uint64_t)layout->fn_closure, &closure) && closure)
		err = expand_closure(walk, node, code, closure);
	if (!err && !py_word(walk->py, function + (uint64_t)layout->fn_defaults, &defaults) &&
	    defaults)
		err = py_walk__push(walk, defaults, node, EDGE_DEFAULTS, 0);
	if (!err && !py_word(walk->py, function + (uint64_t)layout->fn_kwdefaults, &defaults) &&
	    defaults)
		err = py_walk__push(walk, defaults, node, EDGE_KWDEFAULTS, 0);
	return err;
}

static int expand_pointer(struct py_walk *walk, size_t node, uint64_t address, enum py_edge edge)
{
	uint64_t object;

	if (py_word(walk->py, address, &object) || !object)
		return 0;
	return py_walk__push(walk, object, node, edge, 0);
}

/* Where an instance keeps its dict: the address of the pointer, or 0. */
static uint64_t dict_slot(struct py *py, uint64_t object, const struct py_type *type)
{
	uint64_t size;

	if (type->dictoffset > 0)
		return object + (uint64_t)type->dictoffset;
	if (!type->dictoffset || py_word(py, object + (uint64_t)py->layout.ob_size, &size))
		return 0;
	if ((int64_t)size < 0)
		size = -size;
	if (size > PY_CONTAINER_MAX)
		return 0;
	size = (type->basicsize + size * type->itemsize + 7) / 8 * 8;
	return object + size + (uint64_t)type->dictoffset;
}

static int expand_values(struct py_walk *walk, size_t node, const struct py_type *type,
			 uint64_t values)
{
	struct items items = { walk, node, EDGE_ATTR };

	return go_on(py_each_value(walk->py, type->cached_keys, values, push_item, &items));
}

/* The three ways of 3.11 and later (Objects/dictobject.c, Include/internal/pycore_object.h). */
static int expand_managed(struct py_walk *walk, size_t node, uint64_t object,
			  const struct py_type *type)
{
	enum py_dict_mode mode = (enum py_dict_mode)walk->py->layout.dict_mode;
	uint64_t word, values;
	uint8_t head[4];

	if (py_word(walk->py, object - 24, &word))
		return 0;
	if (mode == PY_DICT_VALUES) {
		if (!py_word(walk->py, object - 32, &values) && values && type->cached_keys)
			return expand_values(walk, node, type, values);
	} else if (mode == PY_DICT_TAGGED) {
		if (word & 1)
			return expand_values(walk, node, type, word + 1);
	} else if (!word) {
		values = object + type->basicsize;
		if (!(type->flags & PY_FLAG_INLINE_VALUES) ||
		    py_read(walk->py, values, head, sizeof(head)) || !head[3])
			return 0;
		return expand_values(walk, node, type, values);
	}
	return word ? expand_dict(walk, node, word, EDGE_ATTR) : 0;
}

static int expand_attributes(struct py_walk *walk, size_t node, uint64_t object,
			     const struct py_type *type)
{
	uint64_t slot, dict;

	if (walk->py->layout.dict_mode != PY_DICT_OFFSET && type->flags & PY_FLAG_MANAGED_DICT)
		return expand_managed(walk, node, object, type);
	slot = dict_slot(walk->py, object, type);
	if (!slot || py_word(walk->py, slot, &dict) || !dict)
		return 0;
	return expand_dict(walk, node, dict, EDGE_ATTR);
}

/* Slots, and what C types keep: words that point to objects. */
static int expand_body(struct py_walk *walk, size_t node, uint64_t object,
		       const struct py_type *type)
{
	uint64_t offset, word;
	int err = 0;

	if (!(type->flags & PY_FLAG_HAVE_GC) || type->basicsize > WORDS_MAX_BYTES)
		return 0;
	for (offset = 16; !err && offset + 8 <= type->basicsize; offset += 8) {
		if (py_word(walk->py, object + offset, &word))
			break;
		if (word && word % 8 == 0)
			err = py_walk__push(walk, word, node, EDGE_WORD, offset);
	}
	return err;
}

static int expand_type(struct py_walk *walk, size_t node, uint64_t type_object)
{
	const struct py_type *type = py_type_at(walk->py, type_object);
	uint64_t dict;

	if (!type || !(type->flags & PY_FLAG_HEAPTYPE) ||
	    py_word(walk->py, type_object + (uint64_t)walk->py->layout.tp_dict, &dict) || !dict)
		return 0;
	return expand_dict(walk, node, dict, EDGE_ATTR);
}

int py_expand(struct py_walk *walk, size_t node)
{
	uint64_t object = walk->nodes[node].object;
	const struct py_layout *layout = &walk->py->layout;
	bool module = walk->nodes[node].edge == EDGE_ROOT;
	const struct py_type *found = py_type_of(walk->py, object);
	struct py_type type;
	int err = 0;

	if (!found)
		return 0;
	/* A copy: what is pushed may bring new types. */
	type = *found;
	switch (type.kind) {
	case PY_LIST:
		err = expand_list(walk, node, object);
		break;
	case PY_TUPLE:
		err = expand_tuple(walk, node, object, EDGE_INDEX);
		break;
	case PY_DICT:
		err = expand_dict(walk, node, object, module ? EDGE_ATTR : EDGE_ITEM);
		break;
	case PY_SET:
		err = expand_set(walk, node, object);
		break;
	case PY_DEQUE:
		err = expand_deque(walk, node, object);
		break;
	case PY_TYPE:
		return expand_type(walk, node, object);
	case PY_FUNCTION:
		err = expand_function(walk, node, object);
		break;
	case PY_METHOD:
		return expand_pointer(walk, node, object + (uint64_t)layout->me_self, EDGE_SELF);
	case PY_CELL:
		return expand_pointer(walk, node, object + (uint64_t)layout->ce_ref, EDGE_INSIDE);
	case PY_GENERATOR:
		return expand_generator(walk, node, object);
	case PY_NDARRAY:
		err = expand_pointer(walk, node, object + 48, EDGE_BASE);
		break;
	case PY_OTHER:
		err = expand_body(walk, node, object, &type);
		break;
	default:
		return 0;
	}
	return err ? err : expand_attributes(walk, node, object, &type);
}
