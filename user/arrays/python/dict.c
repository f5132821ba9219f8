/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Dicts: combined and split, of every supported version. */
#include <errno.h>
#include <string.h>

#include "arrays/python/reader.h"

struct keys {
	uint64_t entries; /* address */
	uint64_t count;
	uint64_t stride; /* 24: hash, key, value; 16: key, value */
};

static uint64_t index_width(uint64_t size)
{
	return size <= 0xff ? 1 : size <= 0xffff ? 2 : size <= 0xffffffff ? 4 : 8;
}

/* Objects/dictobject.c: dk_size and a width by it, up to 3.10; then logarithms and a kind. */
static int read_keys(struct py *py, uint64_t keys, struct keys *ret)
{
	const struct py_layout *layout = &py->layout;
	uint8_t log2_bytes, kind = 0;
	uint64_t size;
	int err;

	err = py_word(py, keys + (uint64_t)layout->dk_nentries, &ret->count);
	if (err)
		return err;
	ret->entries = keys + (uint64_t)layout->dk_indices;
	if (layout->dk_size >= 0) {
		err = py_word(py, keys + (uint64_t)layout->dk_size, &size);
		if (!err && size > (1ull << 32))
			err = -EINVAL;
		ret->entries += size * index_width(size);
	} else {
		err = py_read(py, keys + (uint64_t)layout->dk_log2_index_bytes, &log2_bytes, 1);
		if (!err)
			err = py_read(py, keys + (uint64_t)layout->dk_kind, &kind, 1);
		if (!err && log2_bytes > 40)
			err = -EINVAL;
		if (!err)
			ret->entries += 1ull << log2_bytes;
	}
	ret->stride = kind ? 16 : 24;
	if (!err && ret->count > PY_CONTAINER_MAX)
		err = -EINVAL;
	return err;
}

/* values: 0 for a combined table; else the address of the first value. */
static int each(struct py *py, uint64_t keys_address, uint64_t values, py_visit_item visit,
		void *ctx)
{
	struct keys keys;
	uint64_t i, entry[3];
	int err;

	err = read_keys(py, keys_address, &keys);
	for (i = 0; !err && i < keys.count && py_in_time(py); i++) {
		uint64_t at = keys.entries + i * keys.stride;
		uint64_t key, value, slot = at + keys.stride - 8;

		err = py_read(py, at, entry, keys.stride);
		if (err)
			break;
		key = entry[keys.stride / 8 - 2];
		value = entry[keys.stride / 8 - 1];
		if (values) {
			slot = values + i * 8;
			err = py_word(py, slot, &value);
		}
		if (!err && key && value)
			err = visit(ctx, key, value, slot);
	}
	return err;
}

int py_each_value(struct py *py, uint64_t keys, uint64_t values, py_visit_item visit, void *ctx)
{
	int32_t offset = py->layout.dv_values;

	return each(py, keys, values + (uint64_t)(offset > 0 ? offset : 0), visit, ctx);
}

int py_each_item(struct py *py, uint64_t dict, py_visit_item visit, void *ctx)
{
	uint64_t keys, values;
	int err;

	err = py_word(py, dict + (uint64_t)py->layout.ma_keys, &keys);
	if (!err)
		err = py_word(py, dict + (uint64_t)py->layout.ma_values, &values);
	if (err)
		return err;
	return values ? py_each_value(py, keys, values, visit, ctx) : each(py, keys, 0, visit, ctx);
}

struct lookup {
	struct py *py;
	const char *key;
	uint64_t value;
};

static int compare_key(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	struct lookup *lookup = ctx;
	char name[PY_NAME_MAX];

	(void)slot;
	if (py_string(lookup->py, key, name, sizeof(name)) || strcmp(name, lookup->key))
		return 0;
	lookup->value = value;
	return 1;
}

int py_dict_get(struct py *py, uint64_t dict, const char *key, uint64_t *ret)
{
	struct lookup lookup = { py, key, 0 };
	int err = py_each_item(py, dict, compare_key, &lookup);

	if (err == 1) {
		*ret = lookup.value;
		return 0;
	}
	return err < 0 ? err : -ENOENT;
}
