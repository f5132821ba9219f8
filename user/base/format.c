/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Numbers and untrusted names as text. */
#include "base/format.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define CUT_MARK "..."
#define TOKEN_MAX 11 /* "\U0010ffff" and its end */

char *format_bytes(uint64_t bytes, char buffer[FORMAT_BYTES_MAX])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	uint64_t unit = 1024;
	uint64_t tenths;
	size_t i = 0;

	if (bytes < 1024) {
		snprintf(buffer, FORMAT_BYTES_MAX, "%" PRIu64 " B", bytes);
		return buffer;
	}
	/* 1023.95 KiB rounds to 1024.0: use the next unit instead. */
	for (;;) {
		tenths = bytes / unit * 10 + (bytes % unit * 10 + unit / 2) / unit;
		if (tenths < 10240 || i + 1 == sizeof(units) / sizeof(units[0]))
			break;
		unit *= 1024;
		i++;
	}
	snprintf(buffer, FORMAT_BYTES_MAX, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10,
		 units[i]);
	return buffer;
}

char *format_count(uint64_t count, char buffer[FORMAT_COUNT_MAX])
{
	char digits[FORMAT_COUNT_MAX];
	size_t length = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, count);
	size_t i, used = 0;

	for (i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			buffer[used++] = ',';
		buffer[used++] = digits[i];
	}
	buffer[used] = '\0';
	return buffer;
}

size_t format_utf8_decode(const unsigned char *text, uint32_t *ret)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t value = text[0];
	size_t length, i;

	if (value < 0x80) {
		*ret = value;
		return 1;
	}
	if (value >= 0xc2 && value <= 0xdf)
		length = 2;
	else if ((value & 0xf0) == 0xe0)
		length = 3;
	else if (value >= 0xf0 && value <= 0xf4)
		length = 4;
	else
		return 0;
	value &= 0x7fu >> length;
	for (i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (text[i] & 0x3fu);
	}
	if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*ret = value;
	return length;
}

bool format_is_unsafe(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00, 0x1f },	    { 0x7f, 0x9f },	{ 0xad, 0xad },	    { 0x61c, 0x61c },
		{ 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
		{ 0xfdd0, 0xfdef }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
	};
	size_t i;

	/* The last two of each plane. */
	if ((c & 0xfffe) == 0xfffe)
		return true;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	}
	return false;
}

size_t format_utf8(uint32_t c, char buffer[4])
{
	if (c < 0x80) {
		buffer[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		buffer[0] = (char)(0xc0 | c >> 6);
		buffer[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		buffer[0] = (char)(0xe0 | c >> 12);
		buffer[1] = (char)(0x80 | (c >> 6 & 0x3f));
		buffer[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	buffer[0] = (char)(0xf0 | (c >> 18 & 7));
	buffer[1] = (char)(0x80 | (c >> 12 & 0x3f));
	buffer[2] = (char)(0x80 | (c >> 6 & 0x3f));
	buffer[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/*
 * Writes the safe form of the character at text to token. Returns how many bytes of text it used.
 */
static size_t next_token(const char *text, bool double_backslash, char token[TOKEN_MAX])
{
	uint32_t c;
	size_t length = format_utf8_decode((const unsigned char *)text, &c);

	if (!length) {
		snprintf(token, TOKEN_MAX, "\\x%02x", (unsigned char)*text);
		return 1;
	}
	if (c == '\\' && double_backslash)
		strcpy(token, "\\\\");
	else if (!format_is_unsafe(c))
		snprintf(token, TOKEN_MAX, "%.*s", (int)length, text);
	else if (c < 0x80)
		snprintf(token, TOKEN_MAX, "\\x%02x", c);
	else
		snprintf(token, TOKEN_MAX, c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
	return length;
}

static char *copy_safe(const char *text, bool double_backslash, char *buffer, size_t size)
{
	const size_t mark = sizeof(CUT_MARK) - 1;
	size_t used = 0;
	size_t cut = 0; /* the last character boundary that leaves room for the mark */

	if (!size)
		return buffer;
	while (*text) {
		char token[TOKEN_MAX];
		size_t length;

		text += next_token(text, double_backslash, token);
		length = strlen(token);
		if (used + length >= size) {
			used = cut;
			length = size - 1 - used < mark ? size - 1 - used : mark;
			memcpy(buffer + used, CUT_MARK, length);
			used += length;
			break;
		}
		memcpy(buffer + used, token, length);
		used += length;
		if (used + mark < size)
			cut = used;
	}
	buffer[used] = '\0';
	return buffer;
}

char *format_name(const char *name, char *buffer, size_t size)
{
	return copy_safe(name, true, buffer, size);
}

char *format_line(const char *line, char *buffer, size_t size)
{
	return copy_safe(line, false, buffer, size);
}

char *format_new(const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	return length < 0 ? NULL : text;
}
