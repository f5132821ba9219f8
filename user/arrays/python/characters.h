/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The characters of strings, in a form that Python can read and a terminal can show. */
#ifndef ARRAYS_PYTHON_CHARACTERS_H
#define ARRAYS_PYTHON_CHARACTERS_H

#include "arrays/python/reader.h"
#include "base/text.h"

#define PY_LITERAL_MAX 1000u /* characters or bytes that are read at most */

/* The first characters of a str, or bytes of a bytes. */
struct py_characters {
	union {
		uint8_t bytes[PY_LITERAL_MAX * 4];
		uint16_t pairs[PY_LITERAL_MAX * 2];
		uint32_t quads[PY_LITERAL_MAX];
	} of;
	uint32_t kind; /* bytes of each */
	size_t count;
	uint64_t length; /* total */
	bool of_bytes;
};

/* 0, or -errno of py_str_find and py_read. For bytes, whose type the caller knows, of py_read. */
int py_read_str(struct py *py, uint64_t object, struct py_characters *ret);
int py_read_bytes(struct py *py, uint64_t object, struct py_characters *ret);

/* The same for UTF-8 bytes at an address; -EINVAL if they are not UTF-8, or too many. */
int py_read_utf8(struct py *py, uint64_t address, uint64_t bytes, struct py_characters *ret);

/*
 * Appends them as repr() writes them, with quotes: the first `count`, and "..." if there are more.
 * -EINVAL, and appends nothing, if some are not characters.
 */
int py_put_quoted(const struct py_characters *characters, size_t count, struct text_buffer *text);

/*
 * Appends the characters of a str without quotes. Backslashes and terminal control characters are
 * written as in a literal. "..." after the first PY_LITERAL_MAX; "?" if it is not a str.
 */
void py_put_characters(struct py *py, uint64_t str, struct text_buffer *text);

/* The same for UTF-8 text. */
void py_put_utf8(const char *name, struct text_buffer *text);

/*
 * Appends a prefix and a str, if the str is an identifier; else appends nothing and returns false.
 */
bool py_put_identifier(struct py *py, uint64_t str, const char *prefix, struct text_buffer *text);

#endif
