/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Dicts, combined and split, in every supported version. */
#include <errno.h>
#include <string.h>

#include "arrays/python/reader.h"

#define LOG2_SIZE_MAX 32u
#define PERTURB_SHIFT 5
#define PROBES_MAX 1000u
#define INDEX_EMPTY (-1)

struct keys {
	uint64_t indices; /* address */
	uint64_t size;	  /* indices: a power of two */
	uint64_t entries; /* address */
	uint64_t count;
	uint64_t stride; /* 24: hash, key, value; 16: key, value */
	uint64_t values; /* 0: they are in the entries; else the address of the first */
};

struct item {
	uint64_t key, value;
	uint64_t slot; /* address of the value */
};

static uint64_t index_width(uint64_t size)
{
	return size <= 0xff ? 1 : size <= 0xffff ? 2 : size <= 0xffffffff ? 4 : 8;
}

/* Objects/dictobject.c: dk_size up to 3.10; then its logarithm, and a kind. */
static int read_keys(struct py *py, uint64_t keys, uint64_t values, struct keys *ret)
{
	const struct py_layout *layout = &py->layout;
	uint64_t log2_size = 0, kind = 0;
	int err;

	err = py_word(py, keys + (uint64_t)layout->dk_nentries, &ret->count);
	if (err)
		return err;
	if (layout->dk_size >= 0) {
		err = py_follow(py, keys + (uint64_t)layout->dk_size, &ret->size);
	} else {
		err = py_follow_bytes(py, keys + (uint64_t)layout->dk_log2_size, 1, &log2_size);
		if (!err)
			err = py_follow_bytes(py, keys + (uint64_t)layout->dk_kind, 1, &kind);
		ret->size = log2_size <= LOG2_SIZE_MAX ? 1ull << log2_size : 0;
	}
	if (err)
		return err;
	if (ret->count > PY_CONTAINER_MAX || !ret->size || ret->size > 1ull << LOG2_SIZE_MAX ||
	    ret->size & (ret->size - 1))
		return -EINVAL;
	ret->indices = keys + (uint64_t)layout->dk_indices;
	ret->entries = ret->indices + ret->size * index_width(ret->size);
	ret->stride = kind ? 16 : 24;
	ret->values = values;
	return 0;
}

static int read_item(struct py *py, const struct keys *keys, uint64_t i, struct item *ret)
{
	uint64_t at = keys->entries + i * keys->stride, entry[3];
	int err;

	err = py_read(py, at, entry, keys->stride);
	if (err)
		return err;
	ret->key = entry[keys->stride / 8 - 2];
	ret->value = entry[keys->stride / 8 - 1];
	ret->slot = at + keys->stride - 8;
	if (keys->values) {
		ret->slot = keys->values + i * 8;
		err = py_word(py, ret->slot, &ret->value);
	}
	return err;
}

static int each_entry(struct py *py, const struct keys *keys, py_visit_item visit, void *ctx)
{
	struct item item;
	uint64_t i;
	int err = 0;

	for (i = 0; !err && i < keys->count && py_in_time(py); i++) {
		err = read_item(py, keys, i, &item);
		if (!err && item.key && item.value)
			err = visit(ctx, item.key, item.value, item.slot);
	}
	return err;
}

int py_each_value(struct py *py, uint64_t keys_address, uint64_t values, py_visit_item visit,
		  void *ctx)
{
	int32_t offset = py->layout.dv_values;
	struct keys keys;
	int err;

	err = read_keys(py, keys_address, values + (uint64_t)(offset > 0 ? offset : 0), &keys);
	return err ? err : each_entry(py, &keys, visit, ctx);
}

static int read_dict(struct py *py, uint64_t dict, struct keys *ret)
{
	int32_t offset = py->layout.dv_values;
	uint64_t keys, values;
	int err;

	err = py_follow(py, dict + (uint64_t)py->layout.ma_keys, &keys);
	if (!err)
		err = py_follow(py, dict + (uint64_t)py->layout.ma_values, &values);
	if (!err && values && offset > 0)
		values += (uint64_t)offset;
	return err ? err : read_keys(py, keys, values, ret);
}

int py_each_item(struct py *py, uint64_t dict, py_visit_item visit, void *ctx)
{
	struct keys keys;
	int err = read_dict(py, dict, &keys);

	return err ? err : each_entry(py, &keys, visit, ctx);
}

int py_visit_named(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	struct py_named *named = ctx;

	if (!py_str_is(named->py, key, named->name))
		return 0;
	named->value = value;
	named->slot = slot;
	return 1;
}

/* -1: empty; -2: deleted; else the number of an entry. */
static int read_index(struct py *py, const struct keys *keys, uint64_t i, int64_t *ret)
{
	uint64_t width = index_width(keys->size), raw = 0;
	unsigned int unused = (unsigned int)(64 - 8 * width);
	int err = py_read(py, keys->indices + i * width, &raw, width);

	*ret = (int64_t)(raw << unused) >> unused;
	return err;
}

/* Objects/dictobject.c: lookdict. */
static int probe_keys(struct py *py, const struct keys *keys, struct py_named *named)
{
	uint64_t hash = py_str_hash(&py->hash, named->name, strlen(named->name)), i = hash;
	uint32_t probes;
	int64_t index;
	int err = 0;

	for (probes = 0; !err && probes < PROBES_MAX; probes++) {
		struct item item;

		i &= keys->size - 1;
		err = read_index(py, keys, i, &index);
		if (err || index == INDEX_EMPTY)
			return err;
		if (index >= 0 && (uint64_t)index < keys->count) {
			err = read_item(py, keys, (uint64_t)index, &item);
			if (!err && item.key && item.value)
				err = py_visit_named(named, item.key, item.value, item.slot);
		}
		hash >>= PERTURB_SHIFT;
		i = i * 5 + hash + 1;
	}
	return err;
}

int py_dict_get(struct py *py, uint64_t dict, const char *key, uint64_t *ret)
{
	struct py_named named = { .py = py, .name = key };
	struct keys keys;
	int err;

	err = read_dict(py, dict, &keys);
	if (!err)
		err = py->hash.rounds ? probe_keys(py, &keys, &named)
				      : each_entry(py, &keys, py_visit_named, &named);
	if (err == 1)
		return py_follow(py, named.slot, ret);
	return err < 0 ? err : -ENOENT;
}
