/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* One question, answered for each kind of object. */
#include "arrays/python/memory.h"

#include "arrays/python/buffer.h"
#include "arrays/python/ndarray.h"

#define GC_BYTES 16u
#define MANAGED_BYTES 16u
#define DEBUG_BYTES 16u /* of PYTHONMALLOC=debug */

bool py_is_swept(enum py_kind kind)
{
	return kind == PY_NDARRAY || kind == PY_ARRAY || kind == PY_MMAP;
}

bool py_is_walked(enum py_kind kind)
{
	return kind == PY_STR || kind == PY_BYTES || kind == PY_BYTEARRAY;
}

/* Include/internal/pycore_object.h: what precedes an object of a type. */
static uint64_t bytes_before(const struct py *py, const struct py_type *type)
{
	uint64_t managed = PY_FLAG_MANAGED_DICT | PY_FLAG_MANAGED_WEAKREF;
	uint64_t bytes = type->flags & PY_FLAG_HAVE_GC ? GC_BYTES : 0;

	if (py->layout.minor >= 11 && type->flags & managed)
		bytes += MANAGED_BYTES;
	return bytes;
}

bool py_begins_at(struct py *py, const struct py_type *type, uint64_t object, uint64_t before)
{
	uint64_t own = bytes_before(py, type);
	struct ndarray_head head;

	if (type->kind == PY_NDARRAY)
		return !ndarray_head_read(py, object, &head);
	return py_is_swept(type->kind) && (before == own || before == own + DEBUG_BYTES) &&
	       buffer_span(py, object, type->kind);
}

/* Include/cpython/memoryobject.h: a Py_buffer, whose second word is the exporter. */
uint64_t py_viewed(struct py *py, uint64_t memoryview)
{
	uint64_t object;

	return py_follow(py, memoryview + (uint64_t)py->layout.mv_view + 8, &object) ? 0 : object;
}
