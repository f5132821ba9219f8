/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Numbers, sizes and durations that a user typed. */
#include "base/parse.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define NS_PER_S 1000000000u
#define NS_PER_MS 1000000u
#define DURATION_MIN_NS NS_PER_MS
#define DURATION_MAX_NS (86400ull * NS_PER_S)

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* Not strtoull: it accepts signs, spaces and what the locale allows. */
static int take_number(const char **text, unsigned int base, uint64_t *ret)
{
	const char *at = *text;
	uint64_t value = 0;
	bool over = false;

	for (; (unsigned int)digit_value(*at) < base; at++) {
		over |= __builtin_mul_overflow(value, (uint64_t)base, &value);
		over |= __builtin_add_overflow(value, (uint64_t)digit_value(*at), &value);
	}
	if (at == *text)
		return -EINVAL;
	*text = at;
	*ret = value;
	return over ? -ERANGE : 0;
}

/* A number out of range that is followed by garbage is garbage. */
static int take_whole(const char *text, unsigned int base, uint64_t *ret)
{
	int err = take_number(&text, base, ret);

	return *text ? -EINVAL : err;
}

int parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t value;
	int err = take_whole(text, 10, &value);

	if (err)
		return err;
	if (value < min || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

int parse_address(const char *text, uint64_t *ret)
{
	bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	uint64_t value;
	int err;

	err = take_whole(hexadecimal ? text + 2 : text, hexadecimal ? 16 : 10, &value);
	if (!err)
		*ret = value;
	return err;
}

static int unit_shift(const char *unit, unsigned int *shift)
{
	static const char *const decimal[] = { "kB", "KB", "MB", "GB", "TB" };
	static const char letters[] = "KMGT";
	const char *letter;
	size_t i;

	for (i = 0; i < sizeof(decimal) / sizeof(decimal[0]); i++) {
		if (!strcmp(unit, decimal[i]))
			return -EDOM;
	}
	*shift = 0;
	if (!*unit)
		return 0;
	letter = strchr(letters, *unit);
	if (!letter || (unit[1] && strcmp(unit + 1, "iB")))
		return -EINVAL;
	*shift = 10 * (unsigned int)(letter - letters + 1);
	return 0;
}

int parse_bytes(const char *text, uint64_t *ret)
{
	unsigned int shift;
	uint64_t value;
	int err, unit_err;

	err = take_number(&text, 10, &value);
	if (err == -EINVAL)
		return err;
	unit_err = unit_shift(text, &shift);
	if (unit_err)
		return unit_err;
	if (err || value > UINT64_MAX >> shift)
		return -ERANGE;
	*ret = value << shift;
	return 0;
}

/*
 * Digits after the decimal point, as ns of a unit of unit_ns. Anything finer than 1 ns is refused.
 */
static int take_fraction(const char **text, uint64_t unit_ns, uint64_t *ret)
{
	const char *start = *text;

	*ret = 0;
	for (; **text >= '0' && **text <= '9'; (*text)++) {
		if (unit_ns % 10)
			return -EINVAL;
		unit_ns /= 10;
		*ret += unit_ns * (uint64_t)(**text - '0');
	}
	return *text == start ? -EINVAL : 0;
}

int parse_duration(const char *text, uint64_t *ret)
{
	size_t length = strlen(text);
	uint64_t unit_ns = NS_PER_S;
	uint64_t fraction = 0;
	uint64_t value;
	int err, range_err;

	if (length >= 2 && !strcmp(text + length - 2, "ms"))
		unit_ns = NS_PER_MS;
	range_err = take_number(&text, 10, &value);
	if (range_err == -EINVAL)
		return -EINVAL;
	if (*text == '.') {
		text++;
		err = take_fraction(&text, unit_ns, &fraction);
		if (err)
			return err;
	}
	if (*text && strcmp(text, "s") && strcmp(text, "ms"))
		return -EINVAL;
	if (range_err || __builtin_mul_overflow(value, unit_ns, &value) ||
	    __builtin_add_overflow(value, fraction, &value) || value < DURATION_MIN_NS ||
	    value > DURATION_MAX_NS)
		return -ERANGE;
	*ret = value;
	return 0;
}
