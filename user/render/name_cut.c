/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "render/name_cut.h"

#include <string.h>
#include <wchar.h>

#include "base/format.h"
#include "base/text.h"

struct glyph glyph_at(const char *text)
{
	struct glyph glyph = { .length = 1, .columns = 1 };
	int columns;

	glyph.length = (uint32_t)format_utf8_decode((const unsigned char *)text, &glyph.character);
	if (!glyph.length)
		return (struct glyph){ '?', 1, 1 };
	columns = wcwidth((wchar_t)glyph.character);
	glyph.columns = columns < 0 ? 1 : (uint32_t)columns;
	return glyph;
}

uint32_t name_columns(const char *name)
{
	uint32_t columns = 0;

	while (*name) {
		struct glyph glyph = glyph_at(name);

		columns += glyph.columns;
		name += glyph.length;
	}
	return columns;
}

/* At most that many columns from the front; returns how many. */
static uint32_t add_head(struct text_buffer *text, const char *name, uint32_t columns)
{
	uint32_t done = 0;

	while (*name) {
		struct glyph glyph = glyph_at(name);

		if (done + glyph.columns > columns)
			break;
		text_buffer__add_bytes(text, name, glyph.length);
		done += glyph.columns;
		name += glyph.length;
	}
	return done;
}

/* Where the last that many columns begin. */
static const char *name_tail(const char *name, uint32_t columns)
{
	uint32_t left = name_columns(name);

	while (left > columns) {
		struct glyph glyph = glyph_at(name);

		left -= glyph.columns;
		name += glyph.length;
	}
	return name;
}

/* Where the part of a name begins that a byte of it stands in, not far in front of it. */
static const char *part_around(const char *name, size_t byte, uint32_t columns)
{
	const char *at = name + byte, *start = at;

	while (start > name && start[-1] != '/' && (size_t)(at - start) < columns / 2)
		start--;
	while (((unsigned char)*start & 0xc0) == 0x80)
		start--;
	return start;
}

/* Where a word begins; words end at dots and slashes. */
static const char *word_start(const char *name, const char *at)
{
	while (at > name && at[-1] != '.' && at[-1] != '/')
		at--;
	return at;
}

/* Columns of the whole words at the end, from the one that a byte stands in or before, or 0. */
static uint32_t last_words(const char *name, size_t byte, uint32_t columns)
{
	const char *start = word_start(name, name + byte);
	uint32_t words = name_columns(start), more = words;

	while (start > name && more <= columns) {
		words = more;
		start = word_start(name, start - 1);
		more = name_columns(start);
	}
	return words <= columns ? words : 0;
}

#define HEAD_MIN 3u /* fewer characters tell nothing */

/* "/usr/l.._multiarray_umath.cp.." */
static uint32_t add_around(struct text_buffer *text, const char *name, size_t byte,
			   uint32_t columns)
{
	uint32_t done = add_head(text, name, columns / 5 < HEAD_MIN ? 0 : columns / 5);

	done += add_head(text, "..", 2);
	done += add_head(text, part_around(name, byte, columns - done - 2), columns - done - 2);
	return done + add_head(text, "..", 2);
}

/* The end of a path or of a dotted name tells more than its beginning. */
static uint32_t add_both_ends(struct text_buffer *text, const char *name, uint32_t head,
			      uint32_t columns)
{
	uint32_t done = add_head(text, name, head);

	done += add_head(text, "..", 2);
	name = name_tail(name, columns - done);
	return done + add_head(text, *name == '.' ? name + 1 : name, columns - done);
}

#define CUT_MIN 8u /* below it there is no room for dots */

uint32_t name_cut(const char *name, size_t differs, uint32_t columns, char *buffer, size_t size)
{
	struct text_buffer text = text_buffer__over(buffer, size);
	uint32_t all = name_columns(name), head, words;

	if (all <= columns)
		return add_head(&text, name, columns);
	if (columns < CUT_MIN)
		return add_head(&text, name_tail(name, columns), columns);
	head = (columns - 2) / 3;
	words = last_words(name, differs, columns - 2);
	/* "..model.weights": whole words are better than more of the beginning. */
	if (words && columns - 2 - words < head) {
		head = columns - 2 - words < HEAD_MIN ? 0 : columns - 2 - words;
		columns = head + 2 + words;
	}
	if (all - name_columns(name + differs) < head ||
	    name + differs >= name_tail(name, columns - 2 - head))
		return add_both_ends(&text, name, head, columns);
	return add_around(&text, name, differs, columns);
}
