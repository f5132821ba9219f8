/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* An array in its own terms: index ranges, and a heatmap in rows and columns. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/text.h"
#include "render/text_priv.h"

#define INDENT 2u
#define RANGES 4u
#define FEW_RANGES 4u /* so many are told without --detail */
#define LABEL 10u     /* digits of a row's number; larger numbers are rounded */
#define NO_BREAK "\u00a0"

uint32_t text_grid_columns(const struct view *view)
{
	return view->width - INDENT - LABEL - 1;
}

/* A range is not wrapped, unless it is longer than a line. */
static void put_range(const struct text *text, const char *range, struct text_buffer *words)
{
	bool whole = strlen(range) + INDENT < text->view->width;

	for (; *range; range++) {
		if (*range == ' ' && whole)
			text_buffer__add(words, NO_BREAK);
		else
			text_buffer__add_bytes(words, range, 1);
	}
}

static int put_set(const struct text *text, const char *title, const struct index_set *set,
		   const struct array_desc *array)
{
	uint32_t shown = set->kept < RANGES ? set->kept : RANGES, i;
	uint64_t more = set->ranges - shown;
	struct text_buffer words = { 0 };
	char *range, count[FORMAT_COUNT_MAX];
	int err = 0;

	text_buffer__add(&words, title);
	for (i = 0; !err && i < shown; i++) {
		range = index_range_text(set, array, i);
		if (!range)
			err = -ENOMEM;
		text_buffer__add(&words, i ? ", " : " ");
		put_range(text, range ? range : "", &words);
		free(range);
	}
	if (!set->told)
		text_buffer__add(&words, " not listed: too many pieces");
	if (more)
		text_buffer__addf(&words, " and %s" NO_BREAK "more" NO_BREAK "range%s",
				  format_count(more, count), more == 1 ? "" : "s");
	if (!err)
		err = words.error;
	if (!err)
		text_wrap(text, INDENT, words.text);
	text_buffer__deinit(&words);
	return err;
}

static bool same_ranges(const struct index_set *a, const struct index_set *b)
{
	return a->told && b->told && a->ranges == b->ranges && a->elements == b->elements &&
	       a->ranges == a->kept && a->ndim == b->ndim &&
	       !memcmp(a->spans, b->spans, (size_t)a->kept * a->ndim * sizeof(*a->spans));
}

/* The sentence tells "all" and "none"; the pages at the ends of an array are not worth a line. */
static bool is_worth_telling(const struct index_set *set, const struct array_row *row,
			     uint64_t pages, uint64_t interior_pages)
{
	uint64_t interior = row->interior.pages;

	if (!pages || (interior && (!interior_pages || interior_pages == interior)))
		return false;
	return !set->told || (set->elements && pages < row->tally.pages);
}

static uint64_t zero_pages(const struct tally *tally)
{
	return tally->states[PAGE_ZERO] + tally->states[PAGE_ZERO_HUGE];
}

/* Of what "x[i:i+512] for i in range(...)" stands for, each x[i:i+512] counts. */
static uint64_t blocks_of(const struct index_set *set)
{
	size_t spans = (size_t)set->kept * set->ndim, i;
	uint64_t blocks = set->ranges;

	for (i = 0; i < spans; i++) {
		const struct index_span *span = &set->spans[i];

		if (span->width > 1 && span->width < span->step)
			blocks += (span->stop - span->start - 1) / span->step;
	}
	return blocks;
}

/* Many ranges say little to a reader. */
static bool has_few(const struct text *text, const struct index_set *set)
{
	return text->view->detail || (set->told && blocks_of(set) <= FEW_RANGES);
}

static int put_ranges(const struct text *text, const struct array_row *row)
{
	bool resident =
		has_few(text, &row->resident) &&
		is_worth_telling(&row->resident, row, row->tally.resident, row->interior.resident);
	int err = 0;

	if (resident)
		err = put_set(text, "resident:", &row->resident, &row->desc);
	if (!err && has_few(text, &row->zero) &&
	    is_worth_telling(&row->zero, row, zero_pages(&row->tally), zero_pages(&row->interior)))
		err = put_set(text, "zero page:", &row->zero, &row->desc);
	if (!err && row->touched_known && has_few(text, &row->touched) &&
	    !(resident && same_ranges(&row->touched, &row->resident)) &&
	    is_worth_telling(&row->touched, row, row->tally.touch.pages_touched,
			     row->interior.touch.pages_touched))
		err = put_set(text, "touched:", &row->touched, &row->desc);
	return err;
}

/* The first row of a line of cells, in LABEL columns. */
static void put_label(const struct text *text, uint64_t number)
{
	if (number < 10000000000u)
		fprintf(text->out, "%*s%*" PRIu64 " ", (int)INDENT, "", (int)LABEL, number);
	else
		fprintf(text->out, "%*s%*.3e ", (int)INDENT, "", (int)LABEL, (double)number);
}

static struct heat_cell cell_at(const struct grid *grid, uint32_t row, uint32_t column,
				uint32_t width)
{
	uint64_t first = (uint64_t)column * grid->columns / width;
	uint64_t end = ((uint64_t)column + 1) * grid->columns / width;
	struct heat_cell cell = { 0 };
	uint64_t i;

	for (i = first; i < (end > first ? end : first + 1); i++) {
		size_t at = (size_t)row * grid->columns + i;

		cell.all += grid->elements[at];
		cell.resident += grid->resident[at];
		cell.zero += grid->zero[at];
		cell.touched += grid->touched[at];
	}
	return cell;
}

/* The first column of the first cell, and the last column of the last cell. */
static void put_columns(const struct text *text, uint64_t count, uint32_t width)
{
	char last[32];
	int length = snprintf(last, sizeof(last), "%" PRIu64, count - 1);

	text_style(text, STYLE_DIM);
	fprintf(text->out, "%*s%-*s", (int)(INDENT + LABEL + 1), "", (int)width - length, "0");
	fprintf(text->out, "%s\n", count > 1 ? last : "");
	text_style(text, STYLE_PLAIN);
}

static void put_grid(const struct text *text, const struct array_row *array)
{
	const struct grid *grid = &array->grid;
	uint64_t rows = (uint64_t)array->desc.shape->dims[0];
	uint32_t width = text_grid_columns(text->view), row, column;

	put_columns(text, (uint64_t)array->desc.shape->dims[1], width);
	for (row = 0; row < grid->rows; row++) {
		enum text_style style = STYLE_PLAIN;

		text_style(text, STYLE_DIM);
		put_label(text, (uint64_t)((unsigned __int128)row * rows / grid->rows));
		text_style(text, STYLE_PLAIN);
		for (column = 0; column < width; column++) {
			const struct heat_cell cell = cell_at(grid, row, column, width);

			text_cell(text, &cell, &style);
		}
		text_style(text, STYLE_PLAIN);
		fputc('\n', text->out);
	}
}

int text_shape(const struct text *text, const struct array_row *row)
{
	int err;

	if (!row->desc.shape || !row->vma_count)
		return 0;
	err = put_ranges(text, row);
	if (err || !text->view->detail || !row->grid.rows)
		return err;
	if (row->grid.told)
		put_grid(text, row);
	else
		text_wrap(text, INDENT, "rows and columns: not listed: too many pieces");
	return 0;
}
