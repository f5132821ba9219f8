/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Strings, integers and tuples. */
#include <errno.h>
#include <string.h>

#include "arrays/python/reader.h"

static size_t put_utf8(uint32_t code, char *to)
{
	if (code < 0x80) {
		to[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		to[0] = (char)(0xc0 | code >> 6);
		to[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		to[0] = (char)(0xe0 | code >> 12);
		to[1] = (char)(0x80 | (code >> 6 & 0x3f));
		to[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | (code >> 18 & 7));
	to[1] = (char)(0x80 | (code >> 12 & 0x3f));
	to[2] = (char)(0x80 | (code >> 6 & 0x3f));
	to[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* Surrogates become bytes that are no UTF-8: who prints a name escapes them. */
static void to_utf8(const uint8_t *data, size_t count, uint32_t kind, char *buffer, size_t size)
{
	size_t used = 0, i;

	for (i = 0; i < count && used + 5 < size; i++) {
		uint32_t code = 0;

		memcpy(&code, data + i * kind, kind);
		used += put_utf8(code, buffer + used);
	}
	buffer[used] = '\0';
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
	if (ret->length > PY_STR_MAX)
		ret->length = PY_STR_MAX;
	return err;
}

int py_string(struct py *py, uint64_t address, char *buffer, size_t size)
{
	uint8_t data[PY_STR_MAX * 4];
	struct py_str str;
	int err;

	err = py_str_find(py, address, &str);
	if (!err)
		err = py_read(py, str.data, data, str.length * str.kind);
	if (!err)
		to_utf8(data, str.length, str.kind, buffer, size);
	return err;
}

bool py_str_is(struct py *py, uint64_t object, const char *text)
{
	char found[PY_NAME_MAX];

	return !py_string(py, object, found, sizeof(found)) && !strcmp(found, text);
}

/* Digits of 30 bits; the sign in ob_size, from 3.12 on in the low bits of lv_tag. */
int py_int(struct py *py, uint64_t address, int64_t *ret)
{
	const struct py_type *type = py_type_of(py, address);
	uint32_t digits[2] = { 0 };
	uint64_t size, count;
	bool negative;
	int err;

	if (!type || type->kind != PY_INT)
		return -EINVAL;
	err = py_word(py, address + (uint64_t)py->layout.ob_size, &size);
	if (err)
		return err;
	if (py->layout.minor >= 12) {
		negative = (size & 3) == 2;
		count = size >> 3;
	} else {
		negative = (int64_t)size < 0;
		count = negative ? -size : size;
	}
	if (count > 2)
		return -EINVAL;
	err = py_read(py, address + (uint64_t)py->layout.ob_size + 8, digits, count * 4);
	*ret = (int64_t)digits[0] | (int64_t)digits[1] << 30;
	if (negative)
		*ret = -*ret;
	return err;
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
