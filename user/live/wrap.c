/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/wrap.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "render/name_cut.h"

#define CUT ".."
#define CUT_COLUMNS 2u
#define LINE_BYTES 1300 /* of 300 columns with combining characters */

void wrap_line(const char **rest, uint32_t columns, char *line, size_t size)
{
	const char *from = *rest, *at = from, *blank = NULL;
	uint32_t done = 0;

	while (*at && done < columns) {
		struct glyph glyph = glyph_at(at);

		if (*at == ' ')
			blank = at;
		done += glyph.columns;
		at += glyph.length;
	}
	if (*at && *at != ' ' && blank)
		at = blank;
	snprintf(line, size, "%.*s", (int)(at - from), from);
	*rest = *at == ' ' ? at + 1 : at;
}

void wrap_text(struct cells *cells, const struct box *box, uint32_t *line, enum live_style style,
	       const char *text)
{
	uint32_t width = box->columns < 300 ? box->columns : 300;
	char words[LINE_BYTES];

	while (*text && width && *line < box->rows) {
		bool last = *line + 1 == box->rows;
		const char *rest = text;

		wrap_line(&rest, width, words, sizeof(words));
		if (last && *rest && width > CUT_COLUMNS) {
			rest = text;
			wrap_line(&rest, width - CUT_COLUMNS, words, sizeof(words) - CUT_COLUMNS);
			strcat(words, CUT);
		}
		cells__put(cells, box->row + *line, box->column, box->columns, style, words);
		text = rest;
		++*line;
	}
}
