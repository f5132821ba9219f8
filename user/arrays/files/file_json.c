/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "arrays/files/file_json.h"

#include <string.h>

#include "base/format.h"

/* The next byte that is no space, which stays; -1: none. */
static int next_mark(struct file_reader *reader)
{
	int mark = file_reader__peek(reader);

	while (mark == ' ' || mark == '\n' || mark == '\r' || mark == '\t') {
		reader->at++;
		mark = file_reader__peek(reader);
	}
	return mark;
}

static bool take_mark(struct file_reader *reader, int mark)
{
	if (next_mark(reader) == mark)
		reader->at++;
	else
		file_reader__refuse(reader);
	return !reader->error;
}

bool file_json_more(struct file_reader *reader, char bracket, bool begins)
{
	int end = bracket == '{' ? '}' : ']', mark;

	if (begins && !take_mark(reader, bracket))
		return false;
	mark = next_mark(reader);
	if (mark == end) {
		reader->at++;
		return false;
	}
	if (mark < 0)
		file_reader__refuse(reader);
	if (begins || reader->error)
		return !reader->error;
	if (take_mark(reader, ',') && next_mark(reader) == end)
		file_reader__refuse(reader);
	return !reader->error;
}

static unsigned int take_hex(struct file_reader *reader)
{
	unsigned int value = 0, i;

	for (i = 0; i < 4; i++) {
		unsigned int digit = file_reader__u8(reader);

		if (digit >= '0' && digit <= '9')
			value = value * 16 + digit - '0';
		else if ((digit | 32) >= 'a' && (digit | 32) <= 'f')
			value = value * 16 + (digit | 32) - 'a' + 10;
		else
			file_reader__refuse(reader);
	}
	return value;
}

/* Two surrogates make one character; a lone one stays as it is, and is shown escaped. */
static uint32_t take_character(struct file_reader *reader)
{
	uint32_t high = take_hex(reader), low;

	if (high < 0xd800 || high > 0xdbff || file_reader__peek(reader) != '\\')
		return high;
	reader->at++;
	if (file_reader__u8(reader) != 'u')
		file_reader__refuse(reader);
	low = take_hex(reader);
	if (low < 0xdc00 || low > 0xdfff)
		file_reader__refuse(reader);
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static void put_bytes(char *text, size_t size, size_t *length, const char *bytes, size_t count)
{
	if (*length + count < size)
		memcpy(text + *length, bytes, count);
	*length += count;
}

static size_t take_escaped(struct file_reader *reader, char bytes[4])
{
	static const char letters[] = "bfnrt", meanings[] = "\b\f\n\r\t";
	uint8_t letter = file_reader__u8(reader);
	const char *at = letter ? strchr(letters, letter) : NULL;

	if (letter == 'u')
		return format_utf8(take_character(reader), bytes);
	if (!at && letter != '"' && letter != '\\' && letter != '/')
		file_reader__refuse(reader);
	*bytes = at ? meanings[at - letters] : (char)letter;
	return 1;
}

bool file_json_string(struct file_reader *reader, char *text, size_t size, size_t *length)
{
	char bytes[4];
	uint8_t byte;

	*length = 0;
	if (!take_mark(reader, '"'))
		goto out;
	while ((byte = file_reader__u8(reader)) != '"' && !reader->error) {
		size_t count = 1;

		*bytes = (char)byte;
		if (byte == '\\')
			count = take_escaped(reader, bytes);
		put_bytes(text, size, length, bytes, count);
	}
out:
	if (size)
		text[*length < size ? *length : size - 1] = '\0';
	return !reader->error;
}

bool file_json_key(struct file_reader *reader, char *text, size_t size, size_t *length)
{
	return file_json_string(reader, text, size, length) && take_mark(reader, ':');
}

bool file_json_number(struct file_reader *reader, uint64_t *ret)
{
	uint64_t value = 0;
	int digit = next_mark(reader);

	if (digit < '0' || digit > '9')
		file_reader__refuse(reader);
	for (; digit >= '0' && digit <= '9'; digit = file_reader__peek(reader)) {
		if (value > (UINT64_MAX - 9) / 10)
			file_reader__refuse(reader);
		else
			value = value * 10 + (uint64_t)(digit - '0');
		reader->at++;
	}
	/* A fraction or an exponent. */
	if (digit == '.' || (digit | 32) == 'e')
		file_reader__refuse(reader);
	*ret = value;
	return !reader->error;
}

/* true, false, null or a number: up to the next mark. */
static void skip_word(struct file_reader *reader)
{
	int byte = file_reader__peek(reader);
	uint64_t from = reader->at;

	while (byte > ' ' && !strchr(",:]}[{\"", byte)) {
		reader->at++;
		byte = file_reader__peek(reader);
	}
	if (reader->at == from)
		file_reader__refuse(reader);
}

bool file_json_skip(struct file_reader *reader)
{
	char brackets[FILE_JSON_DEPTH];
	bool begins = true;
	size_t depth = 0, length;

	do {
		int mark = next_mark(reader);

		/* At a value, or at the bracket of what goes one deeper. */
		if (mark == '"') {
			file_json_string(reader, NULL, 0, &length);
		} else if (mark != '{' && mark != '[') {
			skip_word(reader);
		} else if (depth == FILE_JSON_DEPTH) {
			file_reader__refuse(reader);
		} else {
			brackets[depth++] = (char)mark;
		}
		begins = mark == '{' || mark == '[';
		while (depth && !reader->error &&
		       !file_json_more(reader, brackets[depth - 1], begins)) {
			depth--;
			begins = false;
		}
		if (depth && brackets[depth - 1] == '{')
			file_json_key(reader, NULL, 0, &length);
	} while (depth && !reader->error);
	return !reader->error;
}
