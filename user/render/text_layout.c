/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Names in their column, and words in lines. */
#include <string.h>
#include <stdlib.h>
#include <wchar.h>

#include "base/format.h"
#include "render/text_priv.h"

#define LINE_BYTES 2048

void text_style(const struct text *text, enum text_style style)
{
	static const char *const codes[] = {
		[STYLE_PLAIN] = "\033[0m",    [STYLE_HEAD] = "\033[1m",
		[STYLE_DIM] = "\033[2m",      [STYLE_ALARM] = "\033[1;31m",
		[STYLE_TOUCHED] = "\033[33m", [STYLE_RESIDENT] = "\033[32m",
		[STYLE_ZERO] = "\033[36m",
	};

	if (text->view->color)
		fputs(codes[style], text->out);
}

struct glyph {
	const char *bytes;
	uint32_t length; /* bytes */
	uint32_t columns;
};

static uint32_t sequence_length(unsigned char lead)
{
	return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

static uint32_t code_point(const char *bytes, uint32_t length)
{
	static const unsigned char masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t value = (unsigned char)bytes[0] & masks[length], i;

	for (i = 1; i < length; i++)
		value = value << 6 | ((unsigned char)bytes[i] & 0x3f);
	return value;
}

/* For text from format_name: valid UTF-8, nothing that moves the cursor. */
static struct glyph next_glyph(const char *bytes)
{
	uint32_t length = sequence_length((unsigned char)*bytes);
	int columns = wcwidth((wchar_t)code_point(bytes, length));

	return (struct glyph){ bytes, length, columns < 0 ? 1 : (uint32_t)columns };
}

static uint32_t columns_of(const char *text)
{
	uint32_t columns = 0;

	while (*text) {
		struct glyph glyph = next_glyph(text);

		columns += glyph.columns;
		text += glyph.length;
	}
	return columns;
}

static void put_glyph(const struct text *text, const struct glyph *glyph)
{
	/* A blank at which no line is broken. */
	if (glyph->length == 2 && !memcmp(glyph->bytes, "\u00a0", 2))
		fputc(' ', text->out);
	else if (glyph->length > 1 && !text->view->unicode)
		fprintf(text->out, "%.*s", (int)glyph->columns, "??");
	else
		fwrite(glyph->bytes, 1, glyph->length, text->out);
}

/* Writes at most that many columns from the front; returns how many. */
static uint32_t put_head(const struct text *text, const char *name, uint32_t columns)
{
	uint32_t done = 0;

	while (*name) {
		struct glyph glyph = next_glyph(name);

		if (done + glyph.columns > columns)
			break;
		put_glyph(text, &glyph);
		done += glyph.columns;
		name += glyph.length;
	}
	return done;
}

/* Where the last that many columns begin. */
static const char *name_tail(const char *name, uint32_t columns)
{
	uint32_t left = columns_of(name);

	while (left > columns) {
		struct glyph glyph = next_glyph(name);

		left -= glyph.columns;
		name += glyph.length;
	}
	return name;
}

/* Where the part of a name begins that contains this byte, but not far before it. */
static const char *part_around(const char *name, size_t byte, uint32_t columns)
{
	const char *at = name + byte, *start = at;

	while (start > name && start[-1] != '/' && columns_of(start) - columns_of(at) < columns / 2)
		start--;
	while (((unsigned char)*start & 0xc0) == 0x80)
		start--;
	return start;
}

/* "/usr/l.._multiarray_umath.cp.." */
static uint32_t put_around(const struct text *text, const char *name, size_t byte, uint32_t columns)
{
	uint32_t done = put_head(text, name, columns / 5);

	done += put_head(text, "..", 2);
	done += put_head(text, part_around(name, byte, columns - done - 2), columns - done - 2);
	return done + put_head(text, "..", 2);
}

void text_name(const struct text *text, const char *name, size_t differs, uint32_t columns)
{
	uint32_t done, head = (columns - 2) / 3;
	const char *end = name_tail(name, columns - 2 - head);

	if (columns_of(name) <= columns) {
		done = put_head(text, name, columns);
	} else if (columns_of(name) - columns_of(name + differs) < head || name + differs >= end) {
		/* The end of a path or dotted name says more than its beginning. */
		done = put_head(text, name, head);
		done += put_head(text, "..", 2);
		done += put_head(text, name_tail(name, columns - done), columns - done);
	} else {
		done = put_around(text, name, differs, columns);
	}
	fprintf(text->out, "%*s", (int)(columns - done), "");
}

/* Writes what fits and returns the rest. */
static const char *put_piece(const struct text *text, const char *word, uint32_t columns)
{
	uint32_t done = put_head(text, word, columns);

	return name_tail(word, columns_of(word) - done);
}

void text_wrap(const struct text *text, uint32_t indent, const char *words)
{
	uint32_t width = text->view->width, column = 0;
	char safe[LINE_BYTES];
	const char *word;
	char *rest;

	format_line(words, safe, sizeof(safe));
	for (rest = safe; (word = strsep(&rest, " "));) {
		uint32_t columns = columns_of(word);

		if (column && column + 1 + columns > width) {
			fputc('\n', text->out);
			column = 0;
		}
		fprintf(text->out, "%*s", column ? 1 : (int)indent, "");
		column += column ? 1 : indent;
		for (; column + columns > width; columns = columns_of(word)) {
			word = put_piece(text, word, width - column);
			fprintf(text->out, "\n%*s", (int)indent, "");
			column = indent;
		}
		column += put_head(text, word, columns);
	}
	fputc('\n', text->out);
}
