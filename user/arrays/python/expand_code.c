/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Suspended code: frames and their values, generators, functions and closures. */
#include <errno.h>

#include "arrays/python/expand_kinds.h"
#include "arrays/python/expand_steps.h"

#define LOCALS_MAX PY_TUPLE_MAX
#define STACK_MAX 256u
#define STACK_REF_TAG 3ull  /* 3.14 */
#define VALUE_STACK 64u	    /* 3.8 to 3.10: where a frame's stack begins (f_valuestack) */
#define FRAME_OF_OBJECT 24u /* 3.11: a frame object's f_frame */
#define STATE_BEFORE_FRAME 5u
#define CELL_KIND 0x40u /* CO_FAST_CELL, CO_FAST_FREE */
#define FREE_KIND 0x80u
#define OPTIMIZED 1u /* CO_OPTIMIZED: locals are only in the frame */

/* The name of a frame's slot: from 3.11 on one tuple, before that three, one after the other. */
static uint64_t local_name(struct py *py, uint64_t code, uint64_t index)
{
	const int32_t parts[] = { py->layout.co_localsplusnames, py->layout.co_varnames,
				  py->layout.co_cellvars, py->layout.co_freevars };
	uint64_t tuple, name;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i] < 0 || py_word(py, code + (uint64_t)parts[i], &tuple))
			continue;
		if (!py_tuple_get(py, tuple, index, &name))
			return name;
		if (i == 0)
			return 0;
		index -= py_tuple_length(py, tuple);
	}
	return 0;
}

/* Whether a frame's slot holds the cell of a variable that inner functions share. */
static bool is_shared(struct py *py, uint64_t code, uint64_t index)
{
	uint64_t tuple, kinds;
	uint8_t kind;

	if (py->layout.co_localspluskinds < 0)
		return !py_word(py, code + (uint64_t)py->layout.co_varnames, &tuple) &&
		       index >= py_tuple_length(py, tuple);
	return !py_word(py, code + (uint64_t)py->layout.co_localspluskinds, &kinds) &&
	       !py_read(py, kinds + (uint64_t)py->layout.by_sval + index, &kind, 1) &&
	       kind & (CELL_KIND | FREE_KIND);
}

/* How fr_stacktop gives the end of the values, depending on the layout. */
enum stack_end {
	STACK_COUNT = 1,   /* 3.11 to 3.13: values from the first local on, -1 while it runs */
	STACK_POINTER = 2, /* up to 3.9, and from 3.14 on: 0 while it runs */
	STACK_DEPTH = 3,   /* 3.10: values from f_valuestack on, -1 while it runs */
};

/* [first, end): the saved values of expressions in a frame. */
static int find_stack(struct py *py, uint64_t frame, uint64_t code, uint64_t *first, uint64_t *end)
{
	const struct py_layout *layout = &py->layout;
	uint64_t locals = frame + (uint64_t)layout->fr_localsplus;
	int32_t count, nlocals;
	uint64_t word;
	int err;

	if (layout->co_nlocalsplus < 0) {
		err = py_word(py, frame + VALUE_STACK, first);
	} else {
		err = py_read(py, code + (uint64_t)layout->co_nlocalsplus, &nlocals, 4);
		if (!err && (nlocals < 0 || nlocals > (int32_t)LOCALS_MAX))
			err = -EINVAL;
		*first = locals + 8 * (uint64_t)(err ? 0 : nlocals);
	}
	if (err)
		return err;
	if (layout->fr_stacktop_is == STACK_POINTER)
		return py_follow(py, frame + (uint64_t)layout->fr_stacktop, end);
	err = py_follow_bytes(py, frame + (uint64_t)layout->fr_stacktop, 4, &word);
	count = (int32_t)word;
	if (err || count < 0)
		return err ? err : -ENOENT;
	*end = (layout->fr_stacktop_is == STACK_COUNT ? locals : *first) + 8 * (uint64_t)count;
	return 0;
}

static int expand_stack(struct py_walk *walk, uint64_t frame, uint64_t code, size_t parent)
{
	struct py_node way = { .parent = (uint32_t)parent, .edge = EDGE_STACK };
	uint64_t first, end;
	int err = 0;

	if (find_stack(walk->py, frame, code, &first, &end) || first > end)
		return 0;
	for (; !err && way.label < STACK_MAX && first + way.label * 8 < end; way.label++) {
		way.slot = first + way.label * 8;
		if (py_word(walk->py, way.slot, &way.object))
			break;
		if ((way.object & STACK_REF_TAG) == STACK_REF_TAG)
			continue;
		way.object &= ~STACK_REF_TAG;
		err = py_walk__defer(walk, PY_LATER_VALUES, &way);
	}
	return err;
}

/* The body of a class, and code run by exec, keep their names in a dict. */
static int expand_names(struct py_walk *walk, uint64_t frame, uint64_t code, size_t parent)
{
	const struct py_layout *layout = &walk->py->layout;
	const struct py_type *type;
	uint64_t dict, globals;
	uint32_t flags;

	if (py_read(walk->py, code + (uint64_t)layout->co_flags, &flags, sizeof(flags)) ||
	    flags & OPTIMIZED || py_follow(walk->py, frame + (uint64_t)layout->fr_locals, &dict) ||
	    py_word(walk->py, frame + (uint64_t)layout->fr_globals, &globals) || dict == globals)
		return 0;
	type = py_type_of(walk->py, dict);
	if (!type || type->kind != PY_DICT)
		return 0;
	return py_expand_dict(walk, parent, dict, EDGE_LOCAL);
}

int py_expand_frame(struct py_walk *walk, uint64_t frame, uint64_t code, size_t parent)
{
	struct py *py = walk->py;
	uint64_t i, name, object, slot;
	int err = 0;

	for (i = 0; !err && i < LOCALS_MAX && py_in_time(py); i++) {
		name = local_name(py, code, i);
		slot = frame + (uint64_t)py->layout.fr_localsplus + i * 8;
		if (!name || py_word(py, slot, &object))
			break;
		if ((object & STACK_REF_TAG) == STACK_REF_TAG)
			continue;
		err = py_walk__push(walk, &(struct py_node){ .object = object & ~STACK_REF_TAG,
							     .label = name,
							     .slot = slot,
							     .parent = (uint32_t)parent,
							     .edge = is_shared(py, code, i)
									     ? EDGE_CELL
									     : EDGE_LOCAL });
	}
	if (!err)
		err = expand_names(walk, frame, code, parent);
	return err ? err : expand_stack(walk, frame, code, parent);
}

/*
 * Include/internal/pycore_frame.h: a generator that has ended leaves its values in place. Its state
 * is the byte before the padding before its frame; it is above 0 once it has ended.
 */
static bool has_ended(struct py *py, uint64_t frame)
{
	struct py_link link = { .address = frame - STATE_BEFORE_FRAME,
				.how = PY_LINK_STATE,
				.bytes = 1 };
	int8_t state;

	if (py->layout.minor > 14)
		return false;
	if (py_read(py, link.address, &state, 1) || state > 0)
		return true;
	py_links__add(py->links, &link);
	return false;
}

int py_expand_generator(struct py_walk *walk, size_t node, uint64_t generator)
{
	const struct py_layout *layout = &walk->py->layout;
	uint64_t frame = generator, code;

	if (layout->gen_iframe >= 0) {
		frame += (uint64_t)layout->gen_iframe;
		if (has_ended(walk->py, frame))
			return 0;
	} else if (py_follow(walk->py, generator + (uint64_t)layout->gen_frame, &frame) || !frame) {
		return 0;
	}
	if (py_follow(walk->py, frame + (uint64_t)layout->fr_code, &code))
		return 0;
	return py_expand_frame(walk, frame, code & ~STACK_REF_TAG, node);
}

/* For example of a traceback. Up to 3.10 the object is the frame. */
int py_expand_frame_object(struct py_walk *walk, size_t node, uint64_t object)
{
	const struct py_layout *layout = &walk->py->layout;
	uint64_t frame = object, code;

	if (layout->minor >= 11 &&
	    (py_follow(walk->py, object + FRAME_OF_OBJECT, &frame) || !frame))
		return 0;
	if (py_follow(walk->py, frame + (uint64_t)layout->fr_code, &code))
		return 0;
	return py_expand_frame(walk, frame, code & ~STACK_REF_TAG, node);
}

/* The free variables are the last of a code object's names. */
static int expand_closure(struct py_walk *walk, size_t node, uint64_t code, uint64_t closure)
{
	struct py *py = walk->py;
	uint64_t count = py_tuple_length(py, closure), names = 0, first = 0, i, cell, name;
	int err = 0;

	if (py->layout.co_localsplusnames >= 0)
		py_word(py, code + (uint64_t)py->layout.co_localsplusnames, &names);
	else
		py_word(py, code + (uint64_t)py->layout.co_freevars, &names);
	if (names && py_tuple_length(py, names) >= count)
		first = py_tuple_length(py, names) - count;
	for (i = 0; !err && i < count; i++) {
		if (py_tuple_get(py, closure, i, &cell))
			break;
		if (!names || py_tuple_get(py, names, first + i, &name))
			name = 0;
		err = py_walk__push(walk, &(struct py_node){ .object = cell,
							     .label = name,
							     .parent = (uint32_t)node,
							     .edge = EDGE_CLOSURE });
	}
	return err;
}

int py_expand_function(struct py_walk *walk, size_t node, uint64_t function)
{
	const struct py_layout *layout = &walk->py->layout;
	uint64_t code, closure;
	int err = 0;

	if (!py_follow(walk->py, function + (uint64_t)layout->fn_code, &code) &&
	    !py_follow(walk->py, function + (uint64_t)layout->fn_closure, &closure) && closure)
		err = expand_closure(walk, node, code, closure);
	if (!err)
		err = py_expand_pointer(walk, node, function + (uint64_t)layout->fn_defaults,
					".__defaults__");
	if (!err)
		err = py_expand_pointer(walk, node, function + (uint64_t)layout->fn_kwdefaults,
					".__kwdefaults__");
	return err;
}
