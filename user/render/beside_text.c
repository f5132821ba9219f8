/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A line for each column, then the table, whose names come last. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/text.h"
#include "render/array_name.h"
#include "render/beside.h"
#include "render/name_cut.h"
#include "render/text_priv.h"

#define NAME_BYTES 1024
#define LABEL_BYTES 32
#define LABEL_MAX 10u  /* columns of a terminal, as for "1023.9 GiB" */
#define NAME_WIDTH 24u /* names have at least that, if there are more columns than fit */

struct table {
	struct text text;
	const struct beside *beside;
	size_t shown;	  /* of its columns */
	int number_width; /* of a column, without the blank before it */
	int label_width;
};

/* A rank, or the number of the column from 1 on. */
static char *label_of(const struct beside *beside, size_t column, char buffer[LABEL_BYTES])
{
	if (beside->ranked)
		return format_name(beside->columns[column].rank, buffer, LABEL_MAX + 1);
	snprintf(buffer, LABEL_BYTES, "%zu", column + 1);
	return buffer;
}

static void widen_column(int *width, const char *text)
{
	int columns = (int)name_columns(text);

	*width = columns > *width ? columns : *width;
}

static void measure_numbers(struct table *table)
{
	const struct beside *beside = table->beside;
	char number[FORMAT_BYTES_MAX], label[LABEL_BYTES];
	size_t row, i;

	table->label_width = (int)strlen("OUT");
	for (i = 0; i < beside->column_count; i++) {
		widen_column(&table->label_width, label_of(beside, i, label));
		widen_column(&table->number_width,
			     format_bytes(beside->columns[i].rss_bytes, number));
	}
	widen_column(&table->number_width, "LEAST");
	if (table->label_width > table->number_width)
		table->number_width = table->label_width;
	for (row = 0; row < beside->row_count; row++) {
		for (i = 0; i < beside->rows[row].cell_count; i++)
			widen_column(
				&table->number_width,
				format_bytes(beside->rows[row].cells[i].resident_bytes, number));
	}
}

/* With the two blanks before the name. */
static uint32_t numbers_width(const struct table *table, size_t columns)
{
	return (uint32_t)(columns + 2) * (uint32_t)(table->number_width + 1) +
	       (uint32_t)table->label_width + 2;
}

/* All, or those that leave room for names. */
static size_t columns_that_fit(const struct table *table)
{
	size_t count = table->beside->column_count;

	while (count && numbers_width(table, count) + NAME_WIDTH > table->text.view->width)
		count--;
	return count;
}

/* Labels can have characters of several bytes. */
static void put_right(const struct table *table, const char *text, int width)
{
	fprintf(table->text.out, "%*s%s", width - (int)name_columns(text), "", text);
}

static void put_legend(const struct table *table, size_t index)
{
	const struct beside_column *column = &table->beside->columns[index];
	char label[LABEL_BYTES], file[NAME_BYTES], checkpoint[256], comm[128];
	char rss[FORMAT_BYTES_MAX], words[2 * NAME_BYTES];

	snprintf(words, sizeof(words),
		 "%s%s: %s, moment %zu of %zu (%s%s%s), %s (%" PRIu32 "), RSS %s%s",
		 table->beside->ranked ? "rank " : "", label_of(table->beside, index, label),
		 format_name(column->source.file, file, sizeof(file)), column->source.number,
		 column->source.count, moment_reason_name(column->reason),
		 column->checkpoint ? " " : "",
		 format_name(column->checkpoint ? column->checkpoint : "", checkpoint,
			     sizeof(checkpoint)),
		 format_name(column->facts.comm, comm, sizeof(comm)), column->facts.pid,
		 format_bytes(column->rss_bytes, rss),
		 !column->complete	? "; INCOMPLETE"
		 : !column->names_known ? "; not all arrays could be found"
					: "");
	text_wrap(&table->text, 0, words);
}

static void put_heading(const struct table *table)
{
	char label[LABEL_BYTES];
	size_t i;

	text_style(&table->text, STYLE_HEAD);
	fprintf(table->text.out, "%*s %*s %*s", table->number_width, "LEAST", table->number_width,
		"MOST", table->label_width, "OUT");
	for (i = 0; i < table->shown; i++)
		put_right(table, label_of(table->beside, i, label), table->number_width + 1);
	fputs("  ARRAY\n", table->text.out);
	text_style(&table->text, STYLE_PLAIN);
}

static void put_cell(const struct table *table, uint64_t bytes)
{
	char number[FORMAT_BYTES_MAX];

	put_right(table, format_bytes(bytes, number), table->number_width + 1);
}

static void put_no_cell(const struct table *table, size_t column)
{
	put_right(table, table->beside->columns[column].names_known ? "-" : "?",
		  table->number_width + 1);
}

static void put_range(const struct table *table, const struct beside_range *range)
{
	char number[FORMAT_BYTES_MAX], label[LABEL_BYTES] = "";

	if (range->apart)
		label_of(table->beside, range->out, label);
	put_right(table, format_bytes(range->least, number), table->number_width);
	put_cell(table, range->most);
	put_right(table, label, table->label_width + 1);
}

/* The last column of a line: what fits, and no blanks behind it. */
static void put_name(const struct table *table, const char *name)
{
	uint32_t width = table->text.view->width, before = numbers_width(table, table->shown);
	uint32_t room = width > before + 4 ? width - before : 4, columns = name_columns(name);

	fputs("  ", table->text.out);
	text_name(&table->text, name, 0, columns < room ? columns : room);
	fputc('\n', table->text.out);
}

static void put_row(const struct table *table, const struct beside_row *row)
{
	const struct array_desc desc = { .source = row->cells->source };
	char name[NAME_BYTES];
	size_t column, next = 0;

	put_range(table, &row->resident);
	for (column = 0; column < table->shown; column++) {
		bool has = next < row->cell_count && row->cells[next].column == column;

		if (has)
			put_cell(table, row->cells[next++].resident_bytes);
		else
			put_no_cell(table, column);
	}
	put_name(table, array_name_safe(&desc, row->cells->name, name, sizeof(name)));
}

static void put_rss(const struct table *table)
{
	size_t i;

	put_range(table, &table->beside->rss);
	for (i = 0; i < table->shown; i++)
		put_cell(table, table->beside->columns[i].rss_bytes);
	put_name(table, "RSS of all");
}

static void put_left_out(const struct table *table)
{
	size_t columns = table->beside->column_count - table->shown;
	char count[FORMAT_COUNT_MAX], words[256];

	if (table->beside->more_rows) {
		snprintf(words, sizeof(words), "(%s more)",
			 format_count(table->beside->more_rows, count));
		text_wrap(&table->text, 0, words);
	}
	if (columns) {
		snprintf(words, sizeof(words),
			 "%s more column%s not fit; LEAST, MOST and OUT count all. A wider "
			 "terminal and --json have them.",
			 format_count(columns, count), columns == 1 ? " does" : "s do");
		text_wrap(&table->text, 0, words);
	}
}

int beside_text(const struct beside *beside, const struct view *view, FILE *out)
{
	struct table table = { .text = { .view = view, .out = out }, .beside = beside };
	size_t i;

	measure_numbers(&table);
	table.shown = columns_that_fit(&table);
	for (i = 0; i < beside->column_count; i++)
		put_legend(&table, i);
	fputc('\n', out);
	if (beside->column_count) {
		put_heading(&table);
		for (i = 0; i < beside->row_count; i++)
			put_row(&table, &beside->rows[i]);
		put_rss(&table);
	}
	put_left_out(&table);
	text_wrap(&table.text, 0,
		  "Resident bytes. OUT: the column that is farthest from the median. -: no such "
		  "array; ?: not known.");
	return ferror(out) ? -EIO : 0;
}
