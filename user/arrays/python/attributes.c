/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Where instances keep their attributes, in every supported version. */
#include <errno.h>
#include <string.h>

#include "arrays/python/reader.h"

#define INLINE_VALID 3u /* 3.13, struct _dictvalues: a byte */

/* Where an instance has its dict: the address of the pointer, or 0. */
static uint64_t dict_slot(struct py *py, uint64_t object, const struct py_type *type)
{
	uint64_t size;

	if (type->dictoffset > 0)
		return object + (uint64_t)type->dictoffset;
	if (!type->dictoffset || py_follow(py, object + (uint64_t)py->layout.ob_size, &size))
		return 0;
	if ((int64_t)size < 0)
		size = -size;
	if (size > PY_CONTAINER_MAX)
		return 0;
	size = (type->basicsize + size * type->itemsize + 7) / 8 * 8;
	return object + size + (uint64_t)type->dictoffset;
}

/* The three ways from 3.11 on (Objects/dictobject.c, Include/internal/pycore_object.h). */
static int each_managed(struct py *py, uint64_t object, const struct py_type *type,
			py_visit_item visit, void *ctx)
{
	enum py_dict_mode mode = (enum py_dict_mode)py->layout.dict_mode;
	uint64_t word, values = 0, keys = type->cached_keys, valid;

	if (py_follow(py, object - 24, &word))
		return 0;
	if (mode == PY_DICT_VALUES) {
		if (py_follow(py, object - 32, &values))
			values = 0;
	} else if (mode == PY_DICT_TAGGED) {
		if (word & 1)
			values = word + 1;
	} else if (!word && type->flags & PY_FLAG_INLINE_VALUES) {
		values = object + type->basicsize;
		if (py_follow_bytes(py, values + INLINE_VALID, 1, &valid) || !valid)
			return 0;
	}
	if (values) {
		if (!keys ||
		    py_follow(py, type->address + (uint64_t)py->layout.ht_cached_keys, &keys))
			return 0;
		return keys ? py_each_value(py, keys, values, visit, ctx) : 0;
	}
	return word ? py_each_item(py, word, visit, ctx) : 0;
}

int py_each_attribute(struct py *py, uint64_t object, const struct py_type *type,
		      py_visit_item visit, void *ctx)
{
	uint64_t slot, dict;

	if (py->layout.dict_mode != PY_DICT_OFFSET && type->flags & PY_FLAG_MANAGED_DICT)
		return each_managed(py, object, type, visit, ctx);
	slot = dict_slot(py, object, type);
	if (!slot || py_follow(py, slot, &dict) || !dict)
		return 0;
	return py_each_item(py, dict, visit, ctx);
}

int py_attribute(struct py *py, uint64_t object, const char *name, uint64_t *ret)
{
	const struct py_type *type = py_type_of(py, object);
	struct py_named named = { .py = py, .name = name };
	struct py_type copy;
	int err;

	if (!type)
		return -EINVAL;
	copy = *type;
	err = py_each_attribute(py, object, &copy, py_visit_named, &named);
	*ret = named.value;
	return err < 0 ? err : err ? 0 : -ENOENT;
}
