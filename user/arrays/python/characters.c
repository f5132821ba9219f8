/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Quotes, backslashes, and unprintable characters. */
#include "arrays/python/characters.h"

#include <errno.h>

#include "arrays/python/identifier.h"
#include "base/format.h"

#define CHARACTER_LAST 0x10ffffu
#define NO_QUOTE 0u
#define CUT_MARK "..."
#define SAFE_BYTES 512u /* of a C name, escaped */

static uint32_t character_at(const struct py_characters *characters, size_t i)
{
	return characters->kind == 1   ? characters->of.bytes[i]
	       : characters->kind == 2 ? characters->of.pairs[i]
				       : characters->of.quads[i];
}

static int read_all(struct py *py, uint64_t address, struct py_characters *ret)
{
	ret->count = ret->length < PY_LITERAL_MAX ? (size_t)ret->length : PY_LITERAL_MAX;
	return ret->count ? py_read(py, address, &ret->of, ret->count * ret->kind) : 0;
}

int py_read_str(struct py *py, uint64_t object, struct py_characters *ret)
{
	struct py_str str;
	int err = py_str_find(py, object, &str);

	if (err)
		return err;
	ret->kind = str.kind;
	ret->length = str.length;
	ret->of_bytes = false;
	return read_all(py, str.data, ret);
}

int py_read_bytes(struct py *py, uint64_t object, struct py_characters *ret)
{
	int err = py_word(py, object + (uint64_t)py->layout.ob_size, &ret->length);

	ret->kind = 1;
	ret->of_bytes = true;
	return err ? err : read_all(py, object + (uint64_t)py->layout.by_sval, ret);
}

int py_read_utf8(struct py *py, uint64_t address, uint64_t bytes, struct py_characters *ret)
{
	unsigned char utf8[PY_LITERAL_MAX + 1];
	size_t at = 0, length;
	int err = 0;

	if (bytes > PY_LITERAL_MAX)
		return -EINVAL;
	if (bytes)
		err = py_read(py, address, utf8, bytes);
	utf8[bytes] = '\0';
	ret->kind = 4;
	ret->of_bytes = false;
	for (ret->count = 0; !err && at < bytes; at += length) {
		length = format_utf8_decode(utf8 + at, &ret->of.quads[ret->count++]);
		if (!length)
			err = -EINVAL;
	}
	ret->length = ret->count;
	return err;
}

/* Non-ASCII blanks, surrogates, and unassigned characters. */
static bool is_printable(uint32_t character)
{
	static const struct {
		uint32_t first, last;
	} unprintable[] = {
		{ 0xa0, 0xa0 },	    { 0x1680, 0x1680 }, { 0x2000, 0x200a }, { 0x202f, 0x202f },
		{ 0x205f, 0x205f }, { 0x3000, 0x3000 }, { 0xd800, 0xf8ff }, { 0xe0080, 0x10ffff },
	};
	size_t i;

	for (i = 0; i < sizeof(unprintable) / sizeof(unprintable[0]); i++) {
		if (character >= unprintable[i].first && character <= unprintable[i].last)
			return false;
	}
	return !format_is_unsafe(character);
}

static void put_escape(uint32_t character, struct text_buffer *text)
{
	static const char named[] = "\tt\nn\rr";
	size_t i;

	for (i = 0; i + 1 < sizeof(named); i += 2) {
		if (character == (uint32_t)named[i]) {
			text_buffer__addf(text, "\\%c", named[i + 1]);
			return;
		}
	}
	text_buffer__addf(text,
			  character < 0x100	? "\\x%02x"
			  : character < 0x10000 ? "\\u%04x"
						: "\\U%08x",
			  character);
}

static void put_character(uint32_t character, uint32_t quote, bool bytes, struct text_buffer *text)
{
	char utf8[4];

	if (character == '\\' || (quote != NO_QUOTE && character == quote)) {
		utf8[0] = '\\';
		utf8[1] = (char)character;
		text_buffer__add_bytes(text, utf8, 2);
	} else if ((bytes && character >= 0x80) || !is_printable(character)) {
		put_escape(character, text);
	} else {
		text_buffer__add_bytes(text, utf8, format_utf8(character, utf8));
	}
}

static void put_characters(const struct py_characters *characters, size_t count, uint32_t quote,
			   struct text_buffer *text)
{
	size_t i, plain;

	for (i = 0; i < count; i++) {
		/* Mostly letters: takes as many at once as there are. */
		for (plain = i; characters->kind == 1 && plain < count; plain++) {
			uint8_t byte = characters->of.bytes[plain];

			if (byte < ' ' || byte > '~' || byte == '\\' || byte == quote)
				break;
		}
		text_buffer__add_bytes(text, (const char *)characters->of.bytes + i, plain - i);
		i = plain;
		if (i < count)
			put_character(character_at(characters, i), quote, characters->of_bytes,
				      text);
	}
	if (count < characters->length)
		text_buffer__add(text, CUT_MARK);
}

/* No str can hold this, but the memory of a target may. */
static bool are_characters(const struct py_characters *characters)
{
	size_t i;

	for (i = 0; characters->kind == 4 && i < characters->count; i++) {
		if (characters->of.quads[i] > CHARACTER_LAST)
			return false;
	}
	return true;
}

static bool has_characters(const struct py_characters *characters, size_t count, uint32_t wanted)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (character_at(characters, i) == wanted)
			return true;
	}
	return false;
}

int py_put_quoted(const struct py_characters *characters, size_t count, struct text_buffer *text)
{
	uint32_t quote;

	if (!are_characters(characters))
		return -EINVAL;
	if (count > characters->count)
		count = characters->count;
	quote = has_characters(characters, count, '\'') && !has_characters(characters, count, '"')
			? '"'
			: '\'';
	text_buffer__add(text, characters->of_bytes ? "b" : "");
	text_buffer__add(text, quote == '"' ? "\"" : "'");
	put_characters(characters, count, quote, text);
	text_buffer__add(text, quote == '"' ? "\"" : "'");
	return 0;
}

void py_put_characters(struct py *py, uint64_t str, struct text_buffer *text)
{
	struct py_characters characters;

	if (!str || py_read_str(py, str, &characters) || !are_characters(&characters))
		text_buffer__add(text, "?");
	else
		put_characters(&characters, characters.count, NO_QUOTE, text);
}

void py_put_utf8(const char *name, struct text_buffer *text)
{
	char safe[SAFE_BYTES];

	text_buffer__add(text, format_name(name, safe, sizeof(safe)));
}

bool py_put_identifier(struct py *py, uint64_t str, const char *prefix, struct text_buffer *text)
{
	struct py_characters characters;
	uint32_t wide[PY_LITERAL_MAX];
	size_t i;

	if (py_read_str(py, str, &characters) || characters.count < characters.length)
		return false;
	for (i = 0; i < characters.count; i++)
		wide[i] = character_at(&characters, i);
	if (!py_is_identifier(wide, characters.count))
		return false;
	text_buffer__add(text, prefix);
	put_characters(&characters, characters.count, NO_QUOTE, text);
	return true;
}
