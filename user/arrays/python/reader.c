/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Words, strings and integers. */
#include "arrays/python/reader.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#define CODE_POINTS_MAX 200u
#define TICKS_A_CLOCK 256u

int py_read(struct py *py, uint64_t address, void *buffer, size_t bytes)
{
	int err = memsrc__read(py->memsrc, address, buffer, bytes);

	if (err == -ENOSPC)
		py->cut = "too much memory to read";
	return err;
}

int py_word(struct py *py, uint64_t address, uint64_t *ret)
{
	return py_read(py, address, ret, sizeof(*ret));
}

bool py_in_time(struct py *py)
{
	struct timespec now;

	if (py->cut)
		return false;
	if (py->ticks++ % TICKS_A_CLOCK)
		return true;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	if ((uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec < py->deadline_ns)
		return true;
	py->cut = "too little time";
	return false;
}

bool py_count_lives(const struct py *py, uint64_t refcount)
{
	return (uint32_t)refcount && (py->layout.minor >= 14 || !(refcount >> 32));
}

/* Byte by byte: it may end with the last page that is there. */
void py_c_string(struct py *py, uint64_t address, char *buffer, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size; i++) {
		if (py_read(py, address + i, &buffer[i], 1) || !buffer[i])
			break;
	}
	buffer[i] = '\0';
}

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

int py_string(struct py *py, uint64_t address, char *buffer, size_t size)
{
	const struct py_type *type = py_type_of(py, address);
	uint8_t data[CODE_POINTS_MAX * 4];
	uint64_t length, at;
	uint32_t state, kind;
	int err;

	if (!type || type->kind != PY_STR)
		return -EINVAL;
	err = py_word(py, address + (uint64_t)py->layout.uc_length, &length);
	if (!err)
		err = py_read(py, address + (uint64_t)py->layout.uc_state, &state, sizeof(state));
	if (err)
		return err;
	/* Include/cpython/unicodeobject.h: interned 2 bits, kind 3, compact 1, ascii 1. */
	kind = state >> 2 & 7;
	if (kind != 1 && kind != 2 && kind != 4)
		return -EINVAL;
	at = address +
	     (uint64_t)(state >> 6 & 1 ? py->layout.uc_ascii_size : py->layout.uc_compact_size);
	if (!(state >> 5 & 1))
		err = py_word(py, address + (uint64_t)py->layout.uc_data, &at);
	if (length > CODE_POINTS_MAX)
		length = CODE_POINTS_MAX;
	if (!err)
		err = py_read(py, at, data, length * kind);
	if (!err)
		to_utf8(data, length, kind, buffer, size);
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
