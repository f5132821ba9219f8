/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Numbers, and which kind of literal an object is. */
#include "arrays/python/literal.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/python/characters.h"

#define FLOAT_VALUE 16u
#define FLOAT_DIGITS 17 /* enough to distinguish all doubles */

/* For more than 64 bits, which do not fit a uint64_t. */
static void put_hex(const uint32_t *digits, size_t count, struct text_buffer *text)
{
	size_t nibble = (count * PY_INT_DIGIT_BITS + 3) / 4;
	bool begun = false;

	text_buffer__add(text, "0x");
	while (nibble--) {
		size_t bit = nibble * 4, digit = bit / PY_INT_DIGIT_BITS;
		uint64_t two = digits[digit];

		if (digit + 1 < count)
			two |= (uint64_t)digits[digit + 1] << PY_INT_DIGIT_BITS;
		two = two >> bit % PY_INT_DIGIT_BITS & 15;
		begun |= two || !nibble;
		if (begun)
			text_buffer__addf(text, "%" PRIx64, two);
	}
}

static int put_int(struct py *py, uint64_t object, struct text_buffer *text)
{
	struct py_digits digits;
	int err = py_int_digits(py, object, &digits);

	if (err)
		return err;
	if (digits.negative)
		text_buffer__add(text, "-");
	if (digits.count > 2)
		put_hex(digits.of, digits.count, text);
	else
		text_buffer__addf(text, "%" PRIu64,
				  digits.of[0] | (uint64_t)digits.of[1] << PY_INT_DIGIT_BITS);
	return 0;
}

static int put_bool(struct py *py, uint64_t object, struct text_buffer *text)
{
	struct py_digits digits;
	int err = py_int_digits(py, object, &digits);

	if (!err)
		text_buffer__add(text, digits.count ? "True" : "False");
	return err;
}

/* The fewest digits that distinguish it from all others, as in repr(). */
static int put_float(struct py *py, uint64_t object, struct text_buffer *text)
{
	char digits[40];
	double value;
	int count = 0, exponent, err;

	err = py_read(py, object + FLOAT_VALUE, &value, sizeof(value));
	if (err || isnan(value)) /* which equals no other */
		return err ? err : -EINVAL;
	if (isinf(value)) {
		text_buffer__add(text, value < 0 ? "float('-inf')" : "float('inf')");
		return 0;
	}
	do
		snprintf(digits, sizeof(digits), "%.*e", count, value);
	while (strtod(digits, NULL) != value && ++count < FLOAT_DIGITS);
	exponent = atoi(strchr(digits, 'e') + 1);
	if (exponent < -4 || exponent >= 16)
		text_buffer__add(text, digits);
	else
		text_buffer__addf(text, "%.*f", count - exponent > 1 ? count - exponent : 1, value);
	return 0;
}

static int put_string(struct py *py, uint64_t object,
		      int (*read)(struct py *, uint64_t, struct py_characters *),
		      struct text_buffer *text)
{
	struct py_characters characters;
	int err = read(py, object, &characters);

	if (err)
		return err;
	return characters.count < characters.length
		       ? -E2BIG
		       : py_put_quoted(&characters, characters.count, text);
}

int py_put_literal(struct py *py, uint64_t object, struct text_buffer *text)
{
	const struct py_type *type = py_type_of(py, object);

	switch (type && type->compares ? type->literal : PY_NO_LITERAL) {
	case PY_LITERAL_STR:
		return put_string(py, object, py_read_str, text);
	case PY_LITERAL_BYTES:
		return put_string(py, object, py_read_bytes, text);
	case PY_LITERAL_INT:
		return put_int(py, object, text);
	case PY_LITERAL_BOOL:
		return put_bool(py, object, text);
	case PY_LITERAL_FLOAT:
		return put_float(py, object, text);
	case PY_LITERAL_NONE:
		text_buffer__add(text, "None");
		return 0;
	case PY_NO_LITERAL:
		break;
	}
	return -EINVAL;
}

static int str_pieces(struct py *py, uint64_t str, py_visit_piece visit, void *ctx)
{
	struct py_str found;
	uint64_t count;
	int err;

	if (py_str_find(py, str, &found))
		return 0;
	count = found.length < PY_LITERAL_MAX ? found.length : PY_LITERAL_MAX;
	err = visit(ctx, str + (uint64_t)py->layout.uc_length, sizeof(found.length));
	if (!err && count)
		err = visit(ctx, found.data, count * found.kind);
	return err;
}

static int bytes_pieces(struct py *py, uint64_t bytes, py_visit_piece visit, void *ctx)
{
	const uint64_t size = bytes + (uint64_t)py->layout.ob_size;
	uint64_t length;
	int err = visit(ctx, size, sizeof(length));

	if (err || py_word(py, size, &length) || !length)
		return err;
	return visit(ctx, bytes + (uint64_t)py->layout.by_sval,
		     length < PY_LITERAL_MAX ? length : PY_LITERAL_MAX);
}

/* Their type is checked by the caller. */
int py_literal_pieces(struct py *py, uint64_t object, py_visit_piece visit, void *ctx)
{
	const struct py_type *type = py_type_of(py, object);
	struct py_digits digits;

	switch (type && type->compares ? type->literal : PY_NO_LITERAL) {
	case PY_LITERAL_STR:
		return str_pieces(py, object, visit, ctx);
	case PY_LITERAL_BYTES:
		return bytes_pieces(py, object, visit, ctx);
	case PY_LITERAL_INT:
	case PY_LITERAL_BOOL:
		if (py_int_digits(py, object, &digits))
			return 0;
		return visit(ctx, object + (uint64_t)py->layout.ob_size,
			     sizeof(uint64_t) + digits.count * sizeof(uint32_t));
	case PY_LITERAL_FLOAT:
		return visit(ctx, object + FLOAT_VALUE, sizeof(double));
	case PY_LITERAL_NONE:
	case PY_NO_LITERAL:
		break;
	}
	return 0;
}
