/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Arrays as bytes. A decoded shape must fit into its range, because walks rely on that. */
#include <errno.h>
#include <stdlib.h>

#include "model/moment_codec_priv.h"

#define DIMS_MAX 64u

/* Elements are within the range, including the end of the last one. */
static bool shape_fits(const struct array_desc *array)
{
	const struct array_shape *shape = array->shape;
	uint64_t room = array->end - array->start;
	bool empty = false;
	uint32_t i;

	for (i = 0; i < shape->ndim; i++) {
		uint64_t count = (uint64_t)shape->dims[i], reach;
		int64_t stride = shape->dims[shape->ndim + i];

		if (shape->dims[i] < 0)
			return false;
		empty |= !count;
		if (count < 2)
			continue;
		if (__builtin_mul_overflow(count - 1,
					   stride < 0 ? 0 - (uint64_t)stride : (uint64_t)stride,
					   &reach) ||
		    reach >= room)
			return false;
		room -= reach;
	}
	return empty ? array->start == array->end : room > 0;
}

static void code_dims(struct codec *codec, struct array_shape *shape)
{
	uint32_t i;

	codec_u32(codec, &shape->ndim);
	codec_require(codec, shape->ndim <= DIMS_MAX);
	if (codec->err)
		return;
	if (codec->reads)
		shape->dims = calloc(2 * (size_t)shape->ndim + 1, sizeof(*shape->dims));
	if (codec->reads && !shape->dims) {
		codec->err = -ENOMEM;
		return;
	}
	for (i = 0; i < 2 * shape->ndim; i++)
		codec_i64(codec, &shape->dims[i]);
}

static void code_shape(struct codec *codec, struct array_desc *array)
{
	bool there = array->shape;
	struct array_shape *shape;

	codec_bool(codec, &there);
	if (codec->err || !there)
		return;
	if (codec->reads)
		array->shape = calloc(1, sizeof(*array->shape));
	shape = array->shape;
	if (!shape) {
		codec->err = -ENOMEM;
		return;
	}
	codec_u64(codec, &shape->data);
	codec_u64(codec, &shape->nbytes);
	code_dims(codec, shape);
	codec_chars(codec, shape->dtype, sizeof(shape->dtype));
	codec_bool(codec, &shape->owndata);
	codec_bool(codec, &shape->writeable);
	codec_require(codec, codec->err || (shape_fits(array) && shape->data >= array->start &&
					    shape->data <= array->end));
}

static void code_aliases(struct codec *codec, struct array_desc *array)
{
	uint64_t total = array->alias_total;
	size_t i;

	codec_list(codec, &array->alias_count, (void **)&array->aliases, 1,
		   sizeof(*array->aliases));
	for (i = 0; !codec->err && i < array->alias_count; i++)
		codec_text(codec, &array->aliases[i]);
	codec_u64(codec, &total);
	array->alias_total = (size_t)total;
}

static void code_array(struct codec *codec, struct array_desc *array)
{
	int source = (int)array->source;

	codec_u32(codec, &array->id);
	codec_enum(codec, &source, ARRAY_SOURCES);
	array->source = (enum array_source)source;
	codec_text(codec, &array->name);
	codec_u64(codec, &array->start);
	codec_u64(codec, &array->end);
	codec_require(codec, array->start <= array->end && array->end <= ADDRESS_END);
	codec_u64(codec, &array->object);
	codec_u64(codec, &array->base_object);
	codec_u32(codec, &array->owner);
	codec_bool(codec, &array->asked_for);
	codec_word(codec, &array->origin.call);
	codec_u64(codec, &array->origin.time_ns);
	codec_u32(codec, &array->origin.tid);
	codec_bool(codec, &array->origin.freed);
	code_shape(codec, array);
	code_aliases(codec, array);
}

void codec_arrays(struct codec *codec, struct array_list *list)
{
	size_t i;

	codec_list(codec, &list->count, (void **)&list->arrays, 16, sizeof(*list->arrays));
	for (i = 0; !codec->err && i < list->count; i++)
		code_array(codec, &list->arrays[i]);
}
