/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The queue of the walk, and its roots. */
#include "arrays/python/walk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/python/find.h"
#include "base/array.h"

#define NODES_MAX 1000000u
#define DEPTH_MAX 12u
#define THREADS_MAX 4096u
#define FRAMES_MAX 512u
#define STACK_REF_MASK (~3ull) /* 3.14: tagged references */

int py_walk__init(struct py_walk *walk, struct py *py)
{
	memset(walk, 0, sizeof(*walk));
	walk->py = py;
	return address_set__init(&walk->visited);
}

void py_walk__deinit(struct py_walk *walk)
{
	size_t i;

	for (i = 0; i < walk->root_count; i++)
		free(walk->roots[i]);
	free(walk->roots);
	free(walk->nodes);
	address_set__deinit(&walk->visited);
}

static bool leads_on(enum py_kind kind)
{
	return kind != PY_LEAF && kind != PY_STR && kind != PY_INT && kind != PY_MODULE;
}

int py_walk__push(struct py_walk *walk, uint64_t object, size_t parent, enum py_edge edge,
		  uint64_t label)
{
	const struct py_type *type = py_type_of(walk->py, object);
	uint16_t depth = edge == EDGE_ROOT ? 0 : (uint16_t)(walk->nodes[parent].depth + 1);
	int fresh;

	if (!type || !leads_on(type->kind) || depth > DEPTH_MAX)
		return 0;
	fresh = address_set__add(&walk->visited, object);
	/* A second way to an array is one more name; anything else is known. */
	if (fresh < 0 || (!fresh && type->kind != PY_NDARRAY))
		return fresh;
	if (walk->count >= NODES_MAX) {
		walk->py->cut = "too many objects";
		return 0;
	}
	if (array_reserve((void **)&walk->nodes, &walk->capacity, walk->count + 1,
			  sizeof(*walk->nodes)))
		return -ENOMEM;
	walk->nodes[walk->count] =
		(struct py_node){ object, label, (uint32_t)parent, (uint16_t)edge, depth };
	walk->count++;
	if (type->kind == PY_NDARRAY)
		return walk->found(walk->ctx, object, walk->count - 1);
	return 0;
}

int py_walk__push_root(struct py_walk *walk, uint64_t object, const char *text)
{
	char *copy = strdup(text);

	if (!copy || array_reserve((void **)&walk->roots, &walk->root_capacity,
				   walk->root_count + 1, sizeof(*walk->roots))) {
		free(copy);
		return -ENOMEM;
	}
	walk->roots[walk->root_count++] = copy;
	return py_walk__push(walk, object, 0, EDGE_ROOT, walk->root_count - 1);
}

int py_walk__run(struct py_walk *walk)
{
	int err = 0;

	while (!err && walk->next < walk->count && py_in_time(walk->py))
		err = py_expand(walk, walk->next++);
	/* What could not be read is not followed; the walk goes on. */
	return err;
}

int py_walk__add_module(struct py_walk *walk, const char *name)
{
	uint64_t dict;

	if (py_module_dict(walk->py, name, &dict))
		return 0;
	return py_walk__push_root(walk, dict, name);
}

static int add_module_item(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	struct py_walk *walk = ctx;
	const struct py_type *type = py_type_of(walk->py, value);
	char name[PY_NAME_MAX];
	uint64_t dict;

	(void)slot;
	if (!type || type->kind != PY_MODULE || py_string(walk->py, key, name, sizeof(name)) ||
	    py_word(walk->py, value + (uint64_t)walk->py->layout.md_dict, &dict))
		return 0;
	return py_walk__push_root(walk, dict, name);
}

int py_walk__add_other_modules(struct py_walk *walk)
{
	int err = py_each_item(walk->py, walk->py->modules, add_module_item, walk);

	return err == -ENOMEM || err == -ESRCH ? err : 0;
}

/* "__main__.solve()" of a code object and the globals that it runs with. */
static void name_frame(struct py *py, uint64_t code, uint64_t globals, char *buffer, size_t size)
{
	int32_t at = py->layout.co_qualname >= 0 ? py->layout.co_qualname : py->layout.co_name;
	char module[PY_NAME_MAX] = "?", function[PY_NAME_MAX] = "?";
	uint64_t address;

	if (!py_dict_get(py, globals, "__name__", &address))
		py_string(py, address, module, sizeof(module));
	if (!py_word(py, code + (uint64_t)at, &address))
		py_string(py, address, function, sizeof(function));
	snprintf(buffer, size, "%s.%s()", module, function);
}

/* What runpy and multiprocessing's spawn run has globals that are no module's. */
static int add_globals(struct py_walk *walk, uint64_t globals)
{
	char module[PY_NAME_MAX];
	uint64_t name;

	if (py_dict_get(walk->py, globals, "__name__", &name) ||
	    py_string(walk->py, name, module, sizeof(module)))
		return 0;
	return py_walk__push_root(walk, globals, module);
}

static int add_frame(struct py_walk *walk, uint64_t frame)
{
	const struct py_layout *layout = &walk->py->layout;
	uint64_t code, globals, locals = 0;
	char text[2 * PY_NAME_MAX + 8];
	int err;

	if (py_word(walk->py, frame + (uint64_t)layout->fr_code, &code) ||
	    py_word(walk->py, frame + (uint64_t)layout->fr_globals, &globals))
		return 0;
	py_word(walk->py, frame + (uint64_t)layout->fr_locals, &locals);
	code &= STACK_REF_MASK;
	err = add_globals(walk, globals);
	/* A module's own frame: its locals are the module's. */
	if (err || (locals && locals == globals))
		return err;
	name_frame(walk->py, code, globals, text, sizeof(text));
	/* A node of its own carries the text; the code object stands for the frame. */
	if (array_reserve((void **)&walk->nodes, &walk->capacity, walk->count + 1,
			  sizeof(*walk->nodes)) ||
	    array_reserve((void **)&walk->roots, &walk->root_capacity, walk->root_count + 1,
			  sizeof(*walk->roots)))
		return -ENOMEM;
	walk->roots[walk->root_count] = strdup(text);
	if (!walk->roots[walk->root_count])
		return -ENOMEM;
	walk->nodes[walk->count++] = (struct py_node){ 0, walk->root_count++, 0, EDGE_ROOT, 0 };
	return py_expand_frame(walk, frame, code, walk->count - 1);
}

static int add_frames_of(struct py_walk *walk, uint64_t thread)
{
	const struct py_layout *layout = &walk->py->layout;
	uint64_t at = thread, frame, i;
	int err = 0;

	/* 3.11 and 3.12 reach the frame over one more struct, on the C stack. */
	if (layout->ts_cframe >= 0) {
		if (py_word(walk->py, thread + (uint64_t)layout->ts_cframe, &at))
			return 0;
		at += (uint64_t)layout->cf_current;
	} else {
		at += (uint64_t)layout->ts_frame;
	}
	for (i = 0; !err && i < FRAMES_MAX && py_in_time(walk->py); i++) {
		if (py_word(walk->py, at, &frame) || !frame)
			break;
		err = add_frame(walk, frame);
		at = frame + (uint64_t)layout->fr_prev;
	}
	return err;
}

int py_walk__add_frames(struct py_walk *walk)
{
	const struct py_layout *layout = &walk->py->layout;
	uint64_t thread, i;
	int err;

	err = py_word(walk->py, walk->py->interp + (uint64_t)layout->is_tstate_head, &thread);
	for (i = 0; !err && thread && i < THREADS_MAX && py_in_time(walk->py); i++) {
		err = add_frames_of(walk, thread);
		if (!err && py_word(walk->py, thread + (uint64_t)layout->ts_next, &thread))
			break;
	}
	return err == -ENOMEM || err == -ESRCH ? err : 0;
}
