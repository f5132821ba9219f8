/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Names in their column, and words in lines. */
#include <string.h>
#include <stdlib.h>

#include "base/format.h"
#include "render/name_cut.h"
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

static void put_glyph(const struct text *text, const char *bytes, const struct glyph *glyph)
{
	/* The blank at which no line is broken. */
	if (glyph->character == 0xa0)
		fputc(' ', text->out);
	else if (glyph->length > 1 && !text->view->unicode)
		fprintf(text->out, "%.*s", (int)glyph->columns, "??");
	else
		fwrite(bytes, 1, glyph->length, text->out);
}

/* Writes at most that many columns from the front; returns how many. */
static uint32_t put_head(const struct text *text, const char *name, uint32_t columns)
{
	uint32_t done = 0;

	while (*name) {
		struct glyph glyph = glyph_at(name);

		if (done + glyph.columns > columns)
			break;
		put_glyph(text, name, &glyph);
		done += glyph.columns;
		name += glyph.length;
	}
	return done;
}

void text_name(const struct text *text, const char *name, size_t differs, uint32_t columns)
{
	char cut[LINE_BYTES];
	uint32_t done = name_cut(name, differs, columns, cut, sizeof(cut));

	put_head(text, cut, columns);
	fprintf(text->out, "%*s", (int)(columns - done), "");
}

/* Writes what fits and returns the rest. */
static const char *put_piece(const struct text *text, const char *word, uint32_t columns)
{
	uint32_t done = put_head(text, word, columns);

	while (*word && glyph_at(word).columns <= done) {
		done -= glyph_at(word).columns;
		word += glyph_at(word).length;
	}
	return word;
}

void text_wrap(const struct text *text, uint32_t indent, const char *words)
{
	uint32_t width = text->view->width, column = 0;
	char safe[LINE_BYTES];
	const char *word;
	char *rest;

	format_line(words, safe, sizeof(safe));
	for (rest = safe; (word = strsep(&rest, " "));) {
		uint32_t columns = name_columns(word);

		if (column && column + 1 + columns > width) {
			fputc('\n', text->out);
			column = 0;
		}
		fprintf(text->out, "%*s", column ? 1 : (int)indent, "");
		column += column ? 1 : indent;
		for (; column + columns > width; columns = name_columns(word)) {
			word = put_piece(text, word, width - column);
			fprintf(text->out, "\n%*s", (int)indent, "");
			column = indent;
		}
		column += put_head(text, word, columns);
	}
	fputc('\n', text->out);
}
