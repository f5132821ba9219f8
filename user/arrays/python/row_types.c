/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* All subclasses of the types of numpy and the modules array and mmap, in every interpreter. */
#include "arrays/python/row_types.h"

#include <errno.h>

#include "arrays/python/find.h"
#include "arrays/python/interpreters.h"
#include "arrays/python/memory.h"

#define TYPES_MAX 4096u
#define DEPTH_MAX 32u
#define UNIT 16u
#define CLASSES 32u
#define ALL_CLASSES 0xffffffffu
#define SMALLEST 64u /* an array.array */
/* PyTypeObject: tp_init, tp_alloc, ..., tp_subclasses after tp_dictoffset; the same 3.8 to 3.15 */
#define SUBCLASSES_BEHIND_DICTOFFSET 72u
#define REFERENT_BEHIND_TYPE 8u /* PyWeakReference: wr_object follows the head */

#define GC_HEAD_BYTES 16u	  /* PyGC_Head */
#define ATTRIBUTE_WORDS_BYTES 16u /* 3.11: precedes an object whose attributes CPython manages */
#define DEBUG_BYTES 24u		  /* PYTHONMALLOC=debug: 16 before a block, 8 after it */
#define DEBUG_MARK 0xfdfdfdfdfdfdfd6full /* the end of the 16: Objects/obmalloc.c */

struct listing {
	struct py *py;
	struct py_row_types *ret;
	uint64_t around; /* bytes that the allocator adds around each block */
	uint32_t depth;
};

static void add_classes(struct listing *listing, const struct py_type *type)
{
	uint64_t bytes = type->basicsize + listing->around, first, last, class;

	if (type->flags & PY_FLAG_HAVE_GC)
		bytes += GC_HEAD_BYTES;
	if (type->flags & (PY_FLAG_MANAGED_DICT | PY_FLAG_MANAGED_WEAKREF))
		bytes += ATTRIBUTE_WORDS_BYTES;
	first = last = (bytes + UNIT - 1) / UNIT;
	/* Attributes and items after the object make it larger by an unknown size. */
	if (type->itemsize || type->flags & PY_FLAG_INLINE_VALUES)
		last = CLASSES;
	for (class = first ? first : 1; class <= last && class <= CLASSES; class ++)
		listing->ret->classes |= 1u << (class - 1);
	if (type->basicsize < listing->ret->smallest)
		listing->ret->smallest = type->basicsize;
}

static int add_subclasses(struct listing *listing, uint64_t address);

static int on_subclass(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	struct listing *listing = ctx;
	uint64_t type;

	(void)key;
	(void)slot;
	if (py_word(listing->py,
		    value + (uint64_t)listing->py->layout.ob_type + REFERENT_BEHIND_TYPE, &type))
		return -EFAULT;
	return add_subclasses(listing, type);
}

/* tp_subclasses is a dict of weak references, which outlive their referents. */
static int add_subclasses(struct listing *listing, uint64_t address)
{
	uint64_t at = (uint64_t)listing->py->layout.tp_dictoffset + SUBCLASSES_BEHIND_DICTOFFSET;
	const struct py_type *type = py_type_at(listing->py, address);
	uint64_t dict;
	int err;

	if (!type || !py_is_swept(type->kind))
		return 0;
	err = address_set__add(&listing->ret->types, address);
	if (err <= 0)
		return err;
	if (listing->ret->types.count > TYPES_MAX || listing->depth >= DEPTH_MAX)
		return -E2BIG;
	add_classes(listing, type);
	if (py_word(listing->py, address + at, &dict))
		return -EFAULT;
	if (!dict)
		return 0;
	type = py_type_of(listing->py, dict);
	if (!type || type->kind != PY_DICT)
		return -EINVAL;
	listing->depth++;
	err = py_each_item(listing->py, dict, on_subclass, listing);
	listing->depth--;
	return err;
}

/* A type that a module has by name, if that module is imported. */
static int add_type_of(struct listing *listing, const char *module, const char *name)
{
	uint64_t dict, type;

	if (py_module_dict(listing->py, module, &dict) ||
	    py_dict_get(listing->py, dict, name, &type))
		return 0;
	return add_subclasses(listing, type);
}

static int add_modules(void *ctx, struct py *py)
{
	int err = add_type_of(ctx, "array", "array");

	(void)py;
	return err ? err : add_type_of(ctx, "mmap", "mmap");
}

void py_row_types__set_all(struct py_row_types *types)
{
	types->all = true;
	types->classes = ALL_CLASSES;
	types->smallest = SMALLEST;
}

int py_row_types__find(struct py_row_types *types, struct py *py)
{
	struct listing listing = { .py = py, .ret = types };
	uint64_t mark;
	int err;

	*types = (struct py_row_types){ .smallest = UINT64_MAX };
	err = address_set__init(&types->types);
	if (err)
		return err;
	/* sys.modules is a dict: a garbage collector head precedes it. */
	if (!py_word(py, py->modules - GC_HEAD_BYTES - sizeof(mark), &mark) && mark == DEBUG_MARK)
		listing.around = DEBUG_BYTES;
	if (py->ndarray_type)
		err = add_subclasses(&listing, py->ndarray_type);
	if (!err)
		err = add_modules(&listing, py);
	if (!err)
		err = py_each_other_interpreter(py, add_modules, &listing);
	if (err && err != -ENOMEM)
		py_row_types__set_all(types);
	return err == -ENOMEM ? err : 0;
}

void py_row_types__deinit(struct py_row_types *types)
{
	address_set__deinit(&types->types);
}
