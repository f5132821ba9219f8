/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Types, each read once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/python/address_set.h"
#include "arrays/python/reader.h"

#define BASICSIZE_MAX (1u << 20)
#define FIRST_SLOTS 1024u
#define MEMBERS_MAX 256u
#define MEMBERS_BEFORE_BASE 16u /* Include/cpython/object.h: tp_members, tp_getset, tp_base */

/* Include/structmember.h: T_OBJECT, T_OBJECT_EX */
#define MEMBER_OBJECT 6
#define MEMBER_OBJECT_EX 16

struct py_types {
	struct py_type *slots; /* a hash, a power of two of them */
	size_t slot_count;
	size_t count;
	struct address_set others; /* addresses that were read and are not types */
};

static const struct {
	const char *name;
	enum py_kind kind;
} by_name[] = {
	{ "module", PY_MODULE },
	{ "function", PY_FUNCTION },
	{ "method", PY_METHOD },
	{ "cell", PY_CELL },
	{ "set", PY_SET },
	{ "frozenset", PY_SET },
	{ "collections.deque", PY_DEQUE },
	{ "generator", PY_GENERATOR },
	{ "coroutine", PY_GENERATOR },
	{ "async_generator", PY_GENERATOR },
	{ "frame", PY_FRAME },
	{ "traceback", PY_TRACEBACK },
	{ "bytearray", PY_BYTEARRAY },
	{ "array.array", PY_ARRAY },
	{ "mmap.mmap", PY_MMAP },
	{ "memoryview", PY_MEMORYVIEW },
	{ "mappingproxy", PY_PROXY },
	{ "staticmethod", PY_STATICMETHOD },
	{ "builtin_function_or_method", PY_BUILTIN },
	{ "method-wrapper", PY_BUILTIN },
	{ "weakref", PY_WEAKREF }, /* up to 3.11 */
	{ "weakproxy", PY_WEAKPROXY },
	{ "weakcallableproxy", PY_WEAKPROXY },
	{ "weakref.ReferenceType", PY_WEAKREF },
	{ "weakref.ProxyType", PY_WEAKPROXY },
	{ "weakref.CallableProxyType", PY_WEAKPROXY },
	{ "ContextVar", PY_CONTEXTVAR },
	{ "_contextvars.ContextVar", PY_CONTEXTVAR },
	{ "functools._lru_cache_wrapper", PY_LRU_CACHE },
	{ "functools._lru_list_elem", PY_LRU_ELEMENT },
	{ "pandas._libs.internals.BlockManager", PY_PANDAS_BLOCKS },
	{ "pandas._libs.internals.Block", PY_PANDAS_BLOCK },
	{ "pandas._libs.internals.SharedBlock", PY_PANDAS_BLOCK }, /* 1.x */
	{ "pandas._libs.arrays.NDArrayBacked", PY_PANDAS_BACKED },
	{ "code", PY_CODE },
	{ "float", PY_LEAF },
	{ "NoneType", PY_LEAF },
	{ "wrapper_descriptor", PY_LEAF },
	{ "method_descriptor", PY_LEAF },
	{ "getset_descriptor", PY_LEAF },
	{ "member_descriptor", PY_LEAF },
};

static enum py_kind kind_by_flags(uint64_t flags)
{
	static const struct {
		unsigned int bit;
		enum py_kind kind;
	} subclasses[] = { { 24, PY_INT }, { 25, PY_LIST }, { 26, PY_TUPLE },	  { 27, PY_BYTES },
			   { 28, PY_STR }, { 29, PY_DICT }, { 30, PY_EXCEPTION }, { 31, PY_TYPE } };
	size_t i;

	for (i = 0; i < sizeof(subclasses) / sizeof(subclasses[0]); i++) {
		if (flags >> subclasses[i].bit & 1)
			return subclasses[i].kind;
	}
	return PY_OTHER;
}

/* A class statement gives a name without a dot, whatever its author writes. */
static enum py_kind kind_by_name(struct py *py, uint64_t type, uint64_t flags)
{
	char name[48];
	size_t i;

	py_type_name(py, type, name, sizeof(name));
	if (flags & PY_FLAG_HEAPTYPE && !strchr(name, '.'))
		return PY_OTHER;
	for (i = 0; i < sizeof(by_name) / sizeof(by_name[0]); i++) {
		if (!strcmp(name, by_name[i].name))
			return by_name[i].kind;
	}
	return PY_OTHER;
}

/* A subclass keeps the body of its base, so the nearest known base decides. */
static enum py_kind kind_by_bases(struct py *py, uint64_t type)
{
	enum py_kind kind;
	uint64_t flags;
	int i;

	for (i = 0; i < PY_BASES_MAX && type; i++) {
		if (type == py->ndarray_type)
			return PY_NDARRAY;
		if (py_word(py, type + (uint64_t)py->layout.tp_flags, &flags))
			break;
		kind = kind_by_name(py, type, flags);
		if (kind != PY_OTHER)
			return kind;
		if (py_word(py, type + (uint64_t)py->layout.tp_base, &type))
			break;
	}
	return PY_OTHER;
}

int py_member_at(struct py *py, uint64_t type, size_t *i, struct py_member *ret)
{
	uint64_t members;

	if (py_word(py, type + (uint64_t)py->layout.tp_base - MEMBERS_BEFORE_BASE, &members) ||
	    !members)
		return -ENOENT;
	for (; *i < MEMBERS_MAX; (*i)++) {
		if (py_read(py, members + *i * sizeof(*ret), ret, sizeof(*ret)) || !ret->name)
			break;
		if ((ret->type == MEMBER_OBJECT || ret->type == MEMBER_OBJECT_EX) &&
		    ret->offset < BASICSIZE_MAX) {
			(*i)++;
			return 0;
		}
	}
	return -ENOENT;
}

static bool has_members(struct py *py, uint64_t type)
{
	struct py_member member;
	size_t first;
	int i;

	for (i = 0; i < PY_BASES_MAX && type; i++) {
		first = 0;
		if (!py_member_at(py, type, &first, &member))
			return true;
		if (py_word(py, type + (uint64_t)py->layout.tp_base, &type))
			break;
	}
	return false;
}

static int fill_type(struct py *py, uint64_t address, struct py_type *type)
{
	const struct py_layout *layout = &py->layout;
	uint64_t meta, meta_flags, offset;
	int err;

	err = py_word(py, address + (uint64_t)layout->ob_type, &meta);
	if (!err)
		err = py_word(py, meta + (uint64_t)layout->tp_flags, &meta_flags);
	if (!err)
		err = py_word(py, address + (uint64_t)layout->tp_flags, &type->flags);
	if (!err)
		err = py_word(py, address + (uint64_t)layout->tp_basicsize, &type->basicsize);
	if (!err)
		err = py_word(py, address + (uint64_t)layout->tp_itemsize, &type->itemsize);
	if (!err)
		err = py_word(py, address + (uint64_t)layout->tp_dictoffset, &offset);
	if (err)
		return err;
	/* A type's own type is a subclass of type, and both are ready. */
	if (!(meta_flags >> 31 & 1) || !(meta_flags & PY_FLAG_READY) ||
	    !(type->flags & PY_FLAG_READY) || type->basicsize > BASICSIZE_MAX ||
	    type->itemsize > BASICSIZE_MAX)
		return -EINVAL;
	type->dictoffset = (int64_t)offset;
	if (type->flags & PY_FLAG_HEAPTYPE)
		py_word(py, address + (uint64_t)layout->ht_cached_keys, &type->cached_keys);
	type->kind = kind_by_flags(type->flags);
	if (type->kind == PY_OTHER)
		type->kind = kind_by_bases(py, address);
	type->members = has_members(py, address);
	py_type__fill_answers(py, type);
	return 0;
}

struct py_types *py_types__new(void)
{
	struct py_types *types = calloc(1, sizeof(*types));

	if (!types)
		return NULL;
	types->slot_count = FIRST_SLOTS;
	types->slots = calloc(types->slot_count, sizeof(*types->slots));
	if (address_set__init(&types->others) || !types->slots) {
		py_types__free(types);
		return NULL;
	}
	return types;
}

void py_types__free(struct py_types *types)
{
	if (!types)
		return;
	address_set__deinit(&types->others);
	free(types->slots);
	free(types);
}

static struct py_type *type_slot(struct py_type *slots, size_t count, uint64_t address)
{
	size_t i = (size_t)((address * 0x9e3779b97f4a7c15ull) >> 32) & (count - 1);

	while (slots[i].address && slots[i].address != address)
		i = (i + 1) & (count - 1);
	return &slots[i];
}

static int grow_types(struct py_types *types)
{
	size_t count = types->slot_count * 2, i;
	struct py_type *slots;

	if (types->count * 2 < types->slot_count)
		return 0;
	slots = calloc(count, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (i = 0; i < types->slot_count; i++) {
		if (types->slots[i].address)
			*type_slot(slots, count, types->slots[i].address) = types->slots[i];
	}
	free(types->slots);
	types->slots = slots;
	types->slot_count = count;
	return 0;
}

/* Seen for the first time. */
static const struct py_type *add_type(struct py *py, uint64_t address)
{
	struct py_type fresh = { .address = address };
	struct py_types *types = py->types;

	if (fill_type(py, address, &fresh)) {
		if (address_set__add(&types->others, address) < 0)
			py->cut = "too little memory";
	} else if (grow_types(types)) {
		py->cut = "too little memory";
	} else {
		types->count++;
		*type_slot(types->slots, types->slot_count, address) = fresh;
		return type_slot(types->slots, types->slot_count, address);
	}
	return NULL;
}

const struct py_type *py_type_at(struct py *py, uint64_t address)
{
	struct py_types *types = py->types;
	struct py_type *type;

	if (!address || address % 8)
		return NULL;
	type = type_slot(types->slots, types->slot_count, address);
	if (type->address)
		return type;
	if (address_set__has(&types->others, address))
		return NULL;
	/* Memory made to exhaust us. */
	if (types->count >= PY_TYPES_MAX || types->others.count >= 16 * PY_TYPES_MAX) {
		py->cut = "too many types";
		return NULL;
	}
	return add_type(py, address);
}

const struct py_type *py_type_of(struct py *py, uint64_t object)
{
	uint64_t type;

	if (!object || object % 8 || py_word(py, object + (uint64_t)py->layout.ob_type, &type))
		return NULL;
	return py_type_at(py, type);
}

const char *py_class_name(struct py *py, uint64_t object, char text[PY_NAME_MAX])
{
	const struct py_type *type = py_type_of(py, object);
	const char *dot;

	py_type_name(py, type ? type->address : 0, text, PY_NAME_MAX);
	dot = strrchr(text, '.');
	return dot ? dot + 1 : text;
}
