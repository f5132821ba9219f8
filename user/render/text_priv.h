/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the files of render/text* share.
 */
#ifndef RENDER_TEXT_PRIV_H
#define RENDER_TEXT_PRIV_H

#include "model/moments.h"
#include "model/rows/selection.h"
#include "render/heat_cell.h"
#include "render/text.h"

#define TEXT_COLUMNS 9u /* of numbers, between the name and the heatmap */

/* Depends only on the width: the engine must know the number of cells before it scans. */
struct text_layout {
	uint32_t name_width;
	bool shown[TEXT_COLUMNS]; /* in the order of text_columns.c */
	uint32_t heat_width;
};

enum text_style {
	STYLE_PLAIN,
	STYLE_HEAD,
	STYLE_DIM,
	STYLE_ALARM,
	STYLE_TOUCHED,
	STYLE_RESIDENT,
	STYLE_ZERO
};

struct text {
	const struct snapshot *snapshot;
	const struct process_snapshot *process; /* the one being written */
	const struct view *view;
	struct text_layout layout;
	uint64_t page_bytes;
	FILE *out;
};

/* The parts of a line, for any kind of row. */
struct text_line {
	const char *name; /* escaped */
	size_t differs;	  /* the byte that distinguishes it from others */
	uint32_t indent;
	uint64_t span_bytes;
	const struct tally *tally;
	const struct tally *interior; /* of an array, else NULL */
	bool own_memory;	      /* the program can fill it, and it is of no file */
	bool freed;		      /* a heap block that was freed */
	const struct heat *heat;      /* NULL: no heatmap */
	bool told;		      /* explain is written */
	const char *explain;	      /* below the line; NULL or "": none */
};

/* text_note.c: what matters of a line. */
struct text_note {
	const char *word;    /* a literal; "": nothing */
	uint64_t pages;	     /* that it is of; 0: of all of them */
	unsigned int weight; /* how much a reader wonders at it, from 0 */
};

#define NOTE_BYTES 64

/* faults: touches and causes are known. */
struct text_note text_note_of(const struct text_line *line, bool faults);
void text_note_words(const struct text_note *note, uint64_t page_bytes, char words[NOTE_BYTES]);

/* text_columns.c */
struct text_layout text_layout(uint32_t width);

/* If touches are unknown, their columns disappear and names get the room. */
void text_layout_without_touch(struct text_layout *layout);

/* The same, if no row has a note. */
void text_layout_without_note(struct text_layout *layout);

/* The titles of the shown columns, and the numbers of a line. */
void text_columns_heading(const struct text *text);
void text_columns_line(const struct text *text, const struct text_line *line);

/* text_layout.c */
void text_style(const struct text *text, enum text_style style);

/*
 * Writes a name from format_name in exactly that many columns. A longer one is cut where it equals
 * others, so that byte `differs` stays.
 */
void text_name(const struct text *text, const char *name, size_t differs, uint32_t columns);

/* text_names.c: escaped names of rows, each with the byte that distinguishes it from all others. */
struct text_names {
	char **names;
	size_t *differs;
	size_t count;
};

/* The caller calls deinit on *ret, even on failure. 0 or -ENOMEM. */
int text_names__init(struct text_names *ret, const struct selection *selection);
void text_names__deinit(struct text_names *names);

/* Writes words, wrapped at the width, each line indented by that many blanks. */
void text_wrap(const struct text *text, uint32_t indent, const char *words);

/* text_heat.c: the layout's heat_width columns; and the line that says what they mean. */
void text_heat(const struct text *text, const struct heat *heat);

/* A character; *style is the colour in use, plain at first, and plain again after the last one. */
void text_cell(const struct text *text, const struct heat_cell *cell, enum text_style *style);
void text_legend(const struct text *text);

/* text_shape.c: an array's index ranges, and with --detail its rows and columns. */
int text_shape(const struct text *text, const struct array_row *row);

/* text_rows.c: heading, arrays, regions, their sum. 0 or -ENOMEM. */
int text_rows(const struct text *text);

/* text_ledger.c: causes, the kernel's figures, ended lives. 0 or -ENOMEM. */
int text_ledger(const struct text *text);

/* moments.c: heading, and a line for each. 0 or -errno. */
int text_moments(const struct text *text, const struct moments *moments);

/*
 * text_sampled.c: what changed from the moment with the most resident memory to the end, the
 * largest of it unless the view says how much; nothing if the end has the most. Then the list of
 * all moments, if it is wanted. 0 or -errno.
 */
int text_sampled(const struct text *text);

#endif
