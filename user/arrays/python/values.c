/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Strings, integers and tuples. */
#include <errno.h>
#include <string.h>

#include "arrays/python/reader.h"
#include "base/format.h"

/* False: a NUL, an invalid character, or no room. Surrogates become bytes that are not UTF-8. */
static bool to_utf8(const uint8_t *data, size_t count, uint32_t kind, char *buffer, size_t size)
{
	size_t used = 0, i;

	for (i = 0; i < count; i++) {
		uint32_t code = 0;

		memcpy(&code, data + i * kind, kind);
		if (!code || code > 0x10ffff || used + 5 > size)
			return false;
		used += format_utf8(code, buffer + used);
	}
	buffer[used] = '\0';
	return true;
}

int py_str_find(struct py *py, uint64_t address, struct py_str *ret)
{
	const struct py_type *type = py_type_of(py, address);
	uint32_t state;
	int err;

	if (!type || type->kind != PY_STR)
		return -EINVAL;
	err = py_word(py, address + (uint64_t)py->layout.uc_length, &ret->length);
	if (!err)
		err = py_read(py, address + (uint64_t)py->layout.uc_state, &state, sizeof(state));
	if (err)
		return err;
	/* Include/cpython/unicodeobject.h: interned 2 bits, kind 3, compact 1, ascii 1. */
	ret->kind = state >> 2 & 7;
	if (ret->kind != 1 && ret->kind != 2 && ret->kind != 4)
		return -EINVAL;
	ret->data = address + (uint64_t)(state >> 6 & 1 ? py->layout.uc_ascii_size
							: py->layout.uc_compact_size);
	if (!(state >> 5 & 1))
		err = py_word(py, address + (uint64_t)py->layout.uc_data, &ret->data);
	return err;
}

int py_string(struct py *py, uint64_t address, char *buffer, size_t size)
{
	uint8_t data[PY_NAME_MAX * 4];
	struct py_str str;
	int err;

	err = py_str_find(py, address, &str);
	if (!err && str.length >= PY_NAME_MAX)
		err = -E2BIG;
	if (!err && str.length)
		err = py_read(py, str.data, data, str.length * str.kind);
	if (err)
		return err;
	return to_utf8(data, str.length, str.kind, buffer, size) ? 0 : -E2BIG;
}

bool py_str_is(struct py *py, uint64_t object, const char *text)
{
	char found[PY_NAME_MAX];

	return !py_string(py, object, found, sizeof(found)) && !strcmp(found, text);
}

/* The sign is in ob_size; from 3.12 on in the low bits of lv_tag. */
int py_int_digits(struct py *py, uint64_t address, struct py_digits *ret)
{
	const struct py_type *type = py_type_of(py, address);
	uint64_t size, count;
	int err;

	if (!type || type->kind != PY_INT)
		return -EINVAL;
	err = py_word(py, address + (uint64_t)py->layout.ob_size, &size);
	if (err)
		return err;
	if (py->layout.minor >= 12) {
		ret->negative = (size & 3) == 2;
		count = size >> 3;
	} else {
		ret->negative = (int64_t)size < 0;
		count = ret->negative ? -size : size;
	}
	if (count > PY_INT_DIGITS_MAX)
		return -E2BIG;
	ret->count = (size_t)count;
	ret->of[0] = ret->of[1] = 0;
	return count ? py_read(py, address + (uint64_t)py->layout.ob_size + 8, ret->of, count * 4)
		     : 0;
}

int py_int(struct py *py, uint64_t address, int64_t *ret)
{
	struct py_digits digits;
	int err = py_int_digits(py, address, &digits);

	if (err || digits.count > 2)
		return err ? err : -EINVAL;
	*ret = (int64_t)digits.of[0] | (int64_t)digits.of[1] << PY_INT_DIGIT_BITS;
	if (digits.negative)
		*ret = -*ret;
	return 0;
}

int py_tuple_get(struct py *py, uint64_t tuple, uint64_t index, uint64_t *ret)
{
	uint64_t count;

	if (py_word(py, tuple + (uint64_t)py->layout.ob_size, &count) || index >= count)
		return -ENOENT;
	return py_follow(py, tuple + (uint64_t)py->layout.tu_item + index * 8, ret);
}

uint64_t py_tuple_length(struct py *py, uint64_t tuple)
{
	uint64_t count = 0;

	py_word(py, tuple + (uint64_t)py->layout.ob_size, &count);
	return count < PY_TUPLE_MAX ? count : 0;
}
