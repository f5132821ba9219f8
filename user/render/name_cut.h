/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Names in a given number of columns of a terminal. Names are valid UTF-8, made safe by
 * format_name or its like.
 */
#ifndef RENDER_NAME_CUT_H
#define RENDER_NAME_CUT_H

#include <stddef.h>
#include <stdint.h>

struct glyph {
	uint32_t character;
	uint32_t length;  /* bytes */
	uint32_t columns; /* 0: it stands on the one before it */
};

/* The character that text, which is not empty, begins with. */
struct glyph glyph_at(const char *text);

uint32_t name_columns(const char *name);

/*
 * As much of the name as that many columns have room for. A longer one is cut where it is like
 * others: byte `differs` of it stays. Returns the columns that it has, at most `columns`.
 */
uint32_t name_cut(const char *name, size_t differs, uint32_t columns, char *buffer, size_t size);

#endif
