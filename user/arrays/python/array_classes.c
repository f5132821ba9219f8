/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which blocks can hold a row's object: by the sizes of its types and of all their subclasses. */
#include <errno.h>

#include "arrays/python/find.h"
#include "arrays/python/memory.h"
#include "arrays/python/sweep.h"

#define TYPES_MAX 4096u
#define DEPTH_MAX 32u
#define UNIT 16u
#define CLASSES 32u
/* PyTypeObject: tp_init, tp_alloc, ..., tp_subclasses behind tp_dictoffset; the same 3.8 to 3.15 */
#define SUBCLASSES_BEHIND_DICTOFFSET 72u
#define REFERENT_BEHIND_TYPE 8u /* PyWeakReference: wr_object follows the head */

#define GC_HEAD_BYTES 16u	  /* PyGC_Head */
#define ATTRIBUTE_WORDS_BYTES 16u /* 3.11: before an object whose attributes CPython manages */
#define DEBUG_BYTES 24u		  /* PYTHONMALLOC=debug: 16 before a block, 8 behind it */
#define DEBUG_MARK 0xfdfdfdfdfdfdfd6full /* that ends the 16: Objects/obmalloc.c */

struct classes {
	struct py *py;
	uint64_t around; /* each block, by the allocator */
	uint32_t mask;
	uint32_t types;
	uint32_t depth;
};

static void add_type(struct classes *classes, const struct py_type *type)
{
	uint64_t bytes = type->basicsize + classes->around, first, last, class;

	if (type->flags & PY_FLAG_HAVE_GC)
		bytes += GC_HEAD_BYTES;
	if (type->flags & (PY_FLAG_MANAGED_DICT | PY_FLAG_MANAGED_WEAKREF))
		bytes += ATTRIBUTE_WORDS_BYTES;
	first = last = (bytes + UNIT - 1) / UNIT;
	/* Attributes behind the object, and items, make it larger by what only it knows. */
	if (type->itemsize || type->flags & PY_FLAG_INLINE_VALUES)
		last = CLASSES;
	for (class = first ? first : 1; class <= last && class <= CLASSES; class ++)
		classes->mask |= 1u << (class - 1);
}

static int add_subclasses(struct classes *classes, uint64_t address);

static int on_subclass(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	struct classes *classes = ctx;
	uint64_t type;

	(void)key;
	(void)slot;
	if (py_word(classes->py,
		    value + (uint64_t)classes->py->layout.ob_type + REFERENT_BEHIND_TYPE, &type))
		return -EFAULT;
	return add_subclasses(classes, type);
}

/* tp_subclasses is a dict of weak references, which outlive what they refer to. */
static int add_subclasses(struct classes *classes, uint64_t address)
{
	uint64_t at = (uint64_t)classes->py->layout.tp_dictoffset + SUBCLASSES_BEHIND_DICTOFFSET;
	const struct py_type *type = py_type_at(classes->py, address);
	uint64_t dict;
	int err;

	if (!type || !py_is_swept(type->kind))
		return 0;
	if (++classes->types > TYPES_MAX || classes->depth >= DEPTH_MAX)
		return -E2BIG;
	add_type(classes, type);
	if (py_word(classes->py, address + at, &dict))
		return -EFAULT;
	if (!dict)
		return 0;
	type = py_type_of(classes->py, dict);
	if (!type || type->kind != PY_DICT)
		return -EINVAL;
	classes->depth++;
	err = py_each_item(classes->py, dict, on_subclass, classes);
	classes->depth--;
	return err;
}

/* A type that some module has by name; 0: that module is not imported. */
static uint64_t type_of_module(struct py *py, const char *module, const char *name)
{
	uint64_t dict, type;

	return py_module_dict(py, module, &dict) || py_dict_get(py, dict, name, &type) ? 0 : type;
}

uint32_t py_array_classes(struct py *py)
{
	const uint64_t types[] = { py->ndarray_type, type_of_module(py, "array", "array"),
				   type_of_module(py, "mmap", "mmap") };
	struct classes classes = { .py = py };
	uint64_t mark;
	size_t i;

	/* sys.modules is a dict: the head of the garbage collector stands before it. */
	if (!py_word(py, py->modules - GC_HEAD_BYTES - sizeof(mark), &mark) && mark == DEBUG_MARK)
		classes.around = DEBUG_BYTES;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i] && add_subclasses(&classes, types[i]))
			return SWEEP_ALL_CLASSES;
	}
	return classes.mask;
}
