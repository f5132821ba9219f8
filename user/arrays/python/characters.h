/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The characters of strings, as they can be read by Python and shown on a terminal. */
#ifndef ARRAYS_PYTHON_CHARACTERS_H
#define ARRAYS_PYTHON_CHARACTERS_H

#include "arrays/python/reader.h"
#include "base/text.h"

#define PY_LITERAL_MAX 1000u /* characters or bytes that are looked at */

/* The first characters of a str, or bytes of a bytes. */
struct py_characters {
	union {
		uint8_t bytes[PY_LITERAL_MAX * 4];
		uint16_t pairs[PY_LITERAL_MAX * 2];
		uint32_t quads[PY_LITERAL_MAX];
	} of;
	uint32_t kind; /* bytes of each */
	size_t count;
	uint64_t length; /* of all */
	bool of_bytes;
};

/* 0, or -errno of py_str_find and py_read; of a bytes, whose type the caller knows, of py_read. */
int py_read_str(struct py *py, uint64_t object, struct py_characters *ret);
int py_read_bytes(struct py *py, uint64_t object, struct py_characters *ret);

/* The same of bytes at an address, which are UTF-8; -EINVAL where they are not, or are too many. */
int py_read_utf8(struct py *py, uint64_t address, uint64_t bytes, struct py_characters *ret);

/*
 * Appends them as repr() writes them, the quotes too: the first `count` of them, and "..." behind
 * those where there are more. -EINVAL, and nothing appended: some are no characters.
 */
int py_put_quoted(const struct py_characters *characters, size_t count, struct text_buffer *text);

/*
 * Appends the characters of a str without quotes: backslashes, and what would steer a terminal, as
 * in a literal. "..." behind the first PY_LITERAL_MAX; "?" where it is no str.
 */
void py_put_characters(struct py *py, uint64_t str, struct text_buffer *text);

/* The same of text in UTF-8. */
void py_put_utf8(const char *name, struct text_buffer *text);

/* Appends a prefix and a str behind it if that is an identifier; else false, and nothing. */
bool py_put_identifier(struct py *py, uint64_t str, const char *prefix, struct text_buffer *text);

#endif
