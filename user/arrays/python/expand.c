/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which kind of object holds what. Kinds with a pointer or two are here, the others in their own
 * files.
 */
#include "arrays/python/expand.h"

#include <errno.h>

#include "arrays/python/expand_kinds.h"
#include "arrays/python/expand_steps.h"
#include "arrays/python/memory.h"

#define BASE_OFFSET 48u		/* of an ndarray's base */
#define SELF_OFFSET 24u		/* of a bound C function, and of a bound slot */
#define DESCR_GET_AFTER_DICT 8u /* tp_dict, tp_descr_get */
#define WRAPPED_OFFSET 16u	/* of a proxy, a weak reference, a staticmethod, a traceback */

/* C.f of a staticmethod is the function; otherwise the object itself must be asked. */
static int expand_staticmethod(struct py_walk *walk, size_t node, uint64_t object)
{
	uint64_t holder = walk->nodes[walk->nodes[node].parent].object;
	const struct py_type *type = py_type_of(walk->py, holder);

	return py_expand_pointer(walk, node, object + WRAPPED_OFFSET,
				 type && type->kind == PY_TYPE ? "" : ".__func__");
}

/* The referent may have better names. */
static int expand_weak(struct py_walk *walk, size_t node, uint64_t object, const char *text)
{
	struct py_node way = { .label = (uintptr_t)text,
			       .slot = object + WRAPPED_OFFSET,
			       .parent = (uint32_t)node,
			       .edge = EDGE_TEXT };

	if (py_follow(walk->py, way.slot, &way.object))
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

/* C.x calls __get__ of x; what that returns is up to C and Python code. */
static bool is_descriptor(struct py *py, uint64_t object)
{
	const struct py_type *type = py_type_of(py, object);
	uint64_t get;

	return type && type->kind == PY_OTHER && type->flags & PY_FLAG_HEAPTYPE &&
	       !py_word(py, type->address + (uint64_t)py->layout.tp_dict + DESCR_GET_AFTER_DICT,
			&get) &&
	       get;
}

struct class_items {
	struct py_walk *walk;
	size_t node;
};

static int push_class_attribute(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	const struct class_items *items = ctx;
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
	struct class_items items = { walk, node };
	uint64_t dict;
	int err = 0;

	if (!type || !(type->flags & PY_FLAG_HEAPTYPE))
		return 0;
	if (!py_follow(walk->py, object + (uint64_t)layout->tp_dict, &dict) && dict)
		err = py_walk_goes_on(py_each_item(walk->py, dict, push_class_attribute, &items));
	if (!err)
		err = py_expand_pointer(walk, node, object + (uint64_t)layout->tp_base,
					".__base__");
	return err;
}

/* A variable that functions share is read through its cell; any other cell is an object. */
static int expand_cell(struct py_walk *walk, size_t node, uint64_t object)
{
	const bool of_variable = walk->nodes[node].edge == EDGE_CLOSURE ||
				 walk->nodes[node].edge == EDGE_CELL;

	return py_expand_pointer(walk, node, object + (uint64_t)walk->py->layout.ce_ref,
				 of_variable ? "" : ".cell_contents");
}

static int expand_module(struct py_walk *walk, size_t node, uint64_t object)
{
	uint64_t dict;

	if (py_follow(walk->py, object + (uint64_t)walk->py->layout.md_dict, &dict) || !dict)
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

/* The default follows the name. */
static int expand_contextvar(struct py_walk *walk, size_t node, uint64_t object)
{
	int err = py_expand_contextvar(walk, node, object);

	return err ? err : py_expand_pointer(walk, node, object + WRAPPED_OFFSET + 8, ".<default>");
}

static int expand_ndarray(struct py_walk *walk, size_t node, uint64_t object)
{
	int err = py_expand_pointer(walk, node, object + BASE_OFFSET, ".base");

	return err ? err : py_expand_elements(walk, node, object);
}

/* Kinds whose objects have no other attributes. */
static int expand_final(struct py_walk *walk, size_t node, uint64_t object, enum py_kind kind)
{
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
		return expand_cell(walk, node, object);
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
	case PY_CONTEXTVAR:
		return expand_contextvar(walk, node, object);
	default:
		return 0;
	}
}

/* Kinds that can be subclassed; a subclass adds attributes and slots. */
static int expand_open(struct py_walk *walk, size_t node, uint64_t object,
		       const struct py_type *type)
{
	bool root = walk->nodes[node].edge == EDGE_ROOT;

	switch (type->kind) {
	case PY_LIST:
		return py_expand_list(walk, node, object);
	case PY_TUPLE:
		return py_expand_tuple(walk, node, object);
	case PY_DICT:
		return py_expand_dict(walk, node, object, root ? EDGE_ATTR : EDGE_ITEM);
	case PY_SET:
		return py_expand_set(walk, node, object);
	case PY_DEQUE:
		return py_expand_deque(walk, node, object);
	case PY_FUNCTION:
		return py_expand_function(walk, node, object);
	case PY_STATICMETHOD:
		return expand_staticmethod(walk, node, object);
	case PY_WEAKREF: /* of a class with its own __call__: WeakMethod returns a method */
		return expand_weak(walk, node, object, type->calls ? "()" : ".<referent>");
	case PY_WEAKPROXY:
		return expand_weak(walk, node, object, "");
	case PY_EXCEPTION:
		return py_expand_exception(walk, node, object);
	case PY_NDARRAY:
		return expand_ndarray(walk, node, object);
	case PY_LRU_CACHE:
		return py_expand_lru_cache(walk, node, object);
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
	case PY_LRU_CACHE:
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

	/* A field's array is expanded at its own node. */
	if (!found || walk->nodes[node].edge == EDGE_FIELD)
		return 0;
	/* A copy, because pushing may add types and move them. */
	type = *found;
	py_walk__begin(walk, object);
	if (!is_open(type.kind))
		return expand_final(walk, node, object, type.kind);
	err = expand_open(walk, node, object, &type);
	py_walk__begin(walk, object);
	if (!err)
		err = py_expand_attributes(walk, node, object, &type);
	py_walk__begin(walk, object);
	return err ? err : py_expand_body(walk, node, object, &type);
}
