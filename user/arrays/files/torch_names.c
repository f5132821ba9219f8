/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A tensor is the call torch._utils._rebuild_tensor_v2(storage, offset, shape, strides, ...), and a
 * storage the outside object ("storage", torch.FloatStorage, "0", "cpu", 6).
 */
#include "arrays/files/torch_names.h"

#include <errno.h>
#include <stdio.h>

#include "arrays/files/pickle.h"
#include "base/array.h"

#define DEPTH_MAX 16u
/* Parts may be shared, so that their number says nothing of the walk. */
#define VISITS_MAX 100000u

struct names_walk {
	struct file_reader *reader;
	const struct pickle *pickle;
	struct torch_names *names;
	size_t visits;
	char path[FILE_NAME_BYTES + 1];
};

struct storage_type {
	char storage[24], dtype[12];
	uint32_t item_bytes;
};

static const struct storage_type storage_types[] = {
	{ "FloatStorage", "float32", 4 },
	{ "HalfStorage", "float16", 2 },
	{ "BFloat16Storage", "bfloat16", 2 },
	{ "DoubleStorage", "float64", 8 },
	{ "LongStorage", "int64", 8 },
	{ "IntStorage", "int32", 4 },
	{ "ShortStorage", "int16", 2 },
	{ "CharStorage", "int8", 1 },
	{ "ByteStorage", "uint8", 1 },
	{ "BoolStorage", "bool", 1 },
	{ "ComplexFloatStorage", "complex64", 8 },
	{ "ComplexDoubleStorage", "complex128", 16 },
};

static void put_dtype(const char *storage, struct torch_tensor *tensor)
{
	size_t i;

	for (i = 0; i < sizeof(storage_types) / sizeof(*storage_types); i++) {
		if (!strncmp(storage, "torch ", 6) &&
		    !strcmp(storage + 6, storage_types[i].storage)) {
			snprintf(tensor->dtype, sizeof(tensor->dtype), "%s",
				 storage_types[i].dtype);
			tensor->item_bytes = storage_types[i].item_bytes;
		}
	}
}

/* False: it has a negative length, or too many. */
static bool put_shape(const struct pickle *pickle, uint32_t shape, uint32_t strides,
		      struct torch_tensor *tensor)
{
	uint32_t cell, stride = pickle->nodes[strides].first, dim;
	uint64_t dense = 1;

	for (cell = pickle->nodes[shape].first; cell; cell = pickle->cells[cell].next) {
		const struct pickle_node *length = &pickle->nodes[pickle->cells[cell].node];

		if (length->kind != PICKLE_NUMBER || length->number < 0 ||
		    tensor->ndim == FILE_DIMS_MAX)
			return false;
		tensor->dims[tensor->ndim++] = (uint64_t)length->number;
	}
	tensor->dense = true;
	for (dim = 0; dim < tensor->ndim && stride; dim++, stride = pickle->cells[stride].next) {
		uint32_t behind;

		dense = 1;
		for (behind = dim + 1; behind < tensor->ndim; behind++)
			dense *= tensor->dims[behind];
		if (tensor->dims[dim] != 1 &&
		    pickle->nodes[pickle->cells[stride].node].number != (int64_t)dense)
			tensor->dense = false;
	}
	tensor->dense &= dim == tensor->ndim;
	return true;
}

static int add_tensor(struct names_walk *walk, uint32_t arguments)
{
	const struct pickle *pickle = walk->pickle;
	uint32_t outside = pickle_at(pickle, arguments, 0), which = pickle_at(pickle, outside, 0);
	uint32_t offset = pickle_at(pickle, arguments, 1);
	const char *key = pickle_text(pickle, pickle_at(pickle, which, 2));
	struct torch_tensor tensor = { .alone = true };

	if (pickle->nodes[outside].kind != PICKLE_OUTSIDE || !*key ||
	    pickle->nodes[offset].kind != PICKLE_NUMBER)
		return 0;
	put_dtype(pickle_text(pickle, pickle_at(pickle, which, 1)), &tensor);
	if (!put_shape(pickle, pickle_at(pickle, arguments, 2), pickle_at(pickle, arguments, 3),
		       &tensor))
		return 0;
	tensor.dense &= !pickle->nodes[offset].number;
	if (array_reserve((void **)&walk->names->tensors, &walk->names->capacity,
			  walk->names->count + 1, sizeof(tensor)))
		return -ENOMEM;
	tensor.key = strdup(key);
	tensor.name = strdup(walk->path);
	walk->names->tensors[walk->names->count++] = tensor;
	return tensor.key && tensor.name ? 0 : -ENOMEM;
}

static int visit_value(struct names_walk *walk, uint32_t node, unsigned int depth);

/* "layers.0.weight": keys that are texts or numbers, with dots between them. */
static int visit_item(struct names_walk *walk, uint32_t key, uint32_t value, unsigned int depth)
{
	size_t length = strlen(walk->path), room = sizeof(walk->path) - length;
	const struct pickle_node *node = &walk->pickle->nodes[key];
	const char *dot = length ? "." : "";
	int added, err = 0;

	if (node->kind == PICKLE_NUMBER)
		added = snprintf(walk->path + length, room, "%s%lld", dot, (long long)node->number);
	else
		added = snprintf(walk->path + length, room, "%s%s", dot,
				 pickle_text(walk->pickle, key));
	if (added >= 0 && (size_t)added < room)
		err = visit_value(walk, value, depth + 1);
	walk->path[length] = '\0';
	return err;
}

static int visit_dict(struct names_walk *walk, uint32_t node, unsigned int depth)
{
	const struct pickle_cell *cells = walk->pickle->cells;
	uint32_t cell = walk->pickle->nodes[node].first;
	int err = 0;

	while (!err && cell && cells[cell].next) {
		uint32_t value = cells[cell].next;

		err = visit_item(walk, cells[cell].node, cells[value].node, depth);
		cell = cells[value].next;
	}
	return err;
}

static int visit_value(struct names_walk *walk, uint32_t node, unsigned int depth)
{
	const struct pickle *pickle = walk->pickle;
	const char *called;
	uint32_t arguments;

	if (depth > DEPTH_MAX || ++walk->visits > VISITS_MAX) {
		file_reader__refuse(walk->reader);
		return 0;
	}
	if (pickle->nodes[node].kind == PICKLE_DICT)
		return visit_dict(walk, node, depth);
	if (pickle->nodes[node].kind != PICKLE_CALL)
		return 0;
	called = pickle_text(pickle, pickle_at(pickle, node, 0));
	arguments = pickle_at(pickle, node, 1);
	if (!strncmp(called, "torch._utils _rebuild_tensor", 28))
		return add_tensor(walk, arguments);
	/* A parameter is its tensor. */
	if (!strncmp(called, "torch._utils _rebuild_parameter", 31))
		return visit_value(walk, pickle_at(pickle, arguments, 0), depth + 1);
	return 0;
}

static int by_key(const void *left, const void *right)
{
	const struct torch_tensor *a = left, *b = right;

	return strcmp(a->key, b->key);
}

static int by_key_and_name(const void *left, const void *right)
{
	const struct torch_tensor *a = left, *b = right;
	int keys = by_key(left, right);

	return keys ? keys : strcmp(a->name, b->name);
}

/* Of tensors on one storage the first by name stays. */
static void join_shared(struct torch_names *names)
{
	size_t i, kept = 0;

	array_sort(names->tensors, names->count, sizeof(*names->tensors), by_key_and_name);
	for (i = 0; i < names->count; i++) {
		struct torch_tensor *tensor = &names->tensors[i];
		struct torch_tensor *last = kept ? &names->tensors[kept - 1] : NULL;

		if (last && !strcmp(last->key, tensor->key)) {
			last->alone &= !strcmp(last->name, tensor->name);
			free(tensor->key);
			free(tensor->name);
			continue;
		}
		names->tensors[kept++] = *tensor;
	}
	names->count = kept;
}

int torch_names_read(struct file_reader *reader, struct torch_names *ret)
{
	struct pickle pickle;
	struct names_walk walk = { .reader = reader, .pickle = &pickle, .names = ret };
	int err;

	memset(ret, 0, sizeof(*ret));
	err = pickle_read(reader, &pickle);
	if (!err && !reader->error)
		err = visit_value(&walk, pickle.root, 0);
	if (!err)
		join_shared(ret);
	pickle_free(&pickle);
	return err;
}

void torch_names_free(struct torch_names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++) {
		free(names->tensors[i].key);
		free(names->tensors[i].name);
	}
	free(names->tensors);
	memset(names, 0, sizeof(*names));
}

const struct torch_tensor *torch_names_find(const struct torch_names *names, const char *key)
{
	const struct torch_tensor wanted = { .key = (char *)key };

	return array_find(&wanted, names->tensors, names->count, sizeof(wanted), by_key);
}
