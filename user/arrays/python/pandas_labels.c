/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* pandas/core/indexes: where an Index keeps its values. */
#include "arrays/python/pandas_labels.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "arrays/python/key_text.h"
#include "arrays/python/ndarray.h"

#define BODY_BYTES_MAX 256u
#define DESCR_TYPE 25u /* of PyArray_Descr: a character */
#define RANGE_START 16u
#define RANGE_STEP 32u

bool py_is_ndarray(struct py *py, uint64_t object)
{
	const struct py_type *type = py_type_of(py, object);

	return type && type->kind == PY_NDARRAY;
}

uint64_t py_find_in_body(struct py *py, uint64_t object, bool (*fits)(struct py *, uint64_t))
{
	const struct py_type *type = py_type_of(py, object);
	uint64_t end = type ? type->basicsize : 0, offset, word;

	for (offset = 16; offset + 8 <= end && offset < BODY_BYTES_MAX; offset += 8) {
		if (py_word(py, object + offset, &word))
			break;
		if (word && fits(py, word)) {
			py_follow(py, object + offset, &word);
			return word;
		}
	}
	return 0;
}

int py_vector_read(struct py *py, uint64_t ndarray, struct py_vector *ret)
{
	struct ndarray_head head;
	char type;

	if (ndarray_head_read(py, ndarray, &head) || head.ndim != 1 ||
	    py_read(py, head.descr + DESCR_TYPE, &type, 1) || !strchr("lqO", type) || !type ||
	    py_word(py, head.dims, &ret->count) ||
	    py_read(py, head.strides, &ret->stride, sizeof(ret->stride)))
		return -EINVAL;
	ret->data = head.data;
	ret->objects = type == 'O';
	return 0;
}

int py_vector_get(struct py *py, const struct py_vector *vector, uint64_t index, uint64_t *ret)
{
	if (index >= vector->count)
		return -ENOENT;
	return py_follow(py, vector->data + index * (uint64_t)vector->stride, ret);
}

void py_labels_read(struct py *py, uint64_t index, struct py_labels *ret)
{
	uint64_t data, start, step, chunked;

	memset(ret, 0, sizeof(*ret));
	if (!py_attribute(py, index, "_range", &data)) {
		ret->counted = !py_word(py, data + RANGE_START, &start) &&
			       !py_word(py, data + RANGE_STEP, &step) &&
			       !py_int(py, start, &ret->first) && !py_int(py, step, &ret->step);
		ret->known = ret->counted;
		return;
	}
	if (py_attribute(py, index, "_data", &data))
		return;
	if (!py_attribute(py, data, "_pa_array", &chunked)) {
		ret->in_arrow = !py_arrow_read(py, chunked, &ret->arrow);
		ret->known = ret->in_arrow;
		return;
	}
	if (!py_is_ndarray(py, data))
		data = py_find_in_body(py, data, py_is_ndarray);
	ret->known = data && !py_vector_read(py, data, &ret->vector);
}

void py_put_label(struct py *py, const struct py_labels *labels, uint64_t column,
		  struct text_buffer *text)
{
	int64_t number = (int64_t)((uint64_t)labels->first + column * (uint64_t)labels->step);
	uint64_t word;

	if (labels->in_arrow) {
		py_arrow_put(py, &labels->arrow, column, text);
	} else if (labels->counted) {
		text_buffer__addf(text, "%" PRId64, number);
	} else if (py_vector_get(py, &labels->vector, column, &word)) {
		text_buffer__add(text, "?");
	} else if (labels->vector.objects) {
		py_put_key(py, word, text);
	} else {
		text_buffer__addf(text, "%" PRId64, (int64_t)word);
	}
}
