/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* One line a row, what was left out, and the total. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/format.h"
#include "model/rows/details.h"
#include "render/chart_priv.h"
#include "render/name_cut.h"
#include "render/text_priv.h"

#define NAME_COLUMNS 44u
#define NAME_WIDTH 216
#define FOLD_INDENT 8
#define SPAN_RIGHT (CHART_STRIP_X - 74)
#define RESIDENT_RIGHT (CHART_STRIP_X - 12)

static void put_sizes(const struct chart *chart, uint64_t span, uint64_t resident_pages)
{
	char bytes[FORMAT_BYTES_MAX];

	chart_font(chart, FONT_PLAIN);
	chart_ink(chart, INK_TEXT);
	chart_text_right(chart, SPAN_RIGHT, format_bytes(span, bytes));
	chart_text_right(chart, RESIDENT_RIGHT,
			 format_bytes(resident_pages * chart->page_bytes, bytes));
}

/* "float64 1000x1024", cut where it is too long; "" if there is none. */
static void describe_shape(const struct array_shape *shape, char *words, size_t size)
{
	size_t used;
	uint32_t i;

	used = strlen(format_line(shape ? shape->dtype : "", words, size));
	for (i = 0; shape && i < shape->ndim && used < size; i++)
		used += (size_t)snprintf(words + used, size - used, "%s%" PRId64, i ? "x" : " ",
					 shape->dims[i]);
}

/* The name, and beside it an array's shape if there is room for all of that. */
static void put_name(const struct chart *chart, const struct row_entry *entry, const char *name,
		     size_t differs)
{
	double indent = entry->folded ? FOLD_INDENT : 0, width, left;
	char cut[4 * NAME_COLUMNS + 1], shape[64];

	chart_font(chart, FONT_NAME);
	chart_ink(chart, entry->array ? INK_TEXT : INK_DIM);
	name_cut(name, differs, NAME_COLUMNS - 2 * entry->folded, cut, sizeof(cut));
	chart_text(chart, CHART_MARGIN + indent, NAME_WIDTH - indent, cut);
	width = chart_text_width(chart, cut) + 8;
	left = NAME_WIDTH - indent - width;
	describe_shape(entry->array ? entry->array->desc.shape : NULL, shape, sizeof(shape));
	chart_font(chart, FONT_SMALL);
	chart_ink(chart, INK_DIM);
	if (chart_text_width(chart, shape) <= left)
		chart_text(chart, CHART_MARGIN + indent + width, left, shape);
}

static int put_heat(const struct chart *chart, struct detailer *detailer,
		    const struct row_entry *entry)
{
	struct array_row array = { 0 };
	struct region_row region = { 0 };
	int err;

	if (entry->array)
		err = detailer__array(detailer, entry, &array);
	else
		err = detailer__region(detailer, entry, &region);
	if (!err)
		chart_heat(chart, entry->array ? &array.heat : &region.heat);
	array_row__drop_details(&array);
	region_row__drop_details(&region);
	return err;
}

static int put_shown(struct chart *chart, struct detailer *detailer, const struct text_names *names)
{
	const struct selection *selection = &detailer->selection;
	int err = 0;
	size_t i;

	for (i = 0; !err && i < selection->shown_count; i++) {
		const struct row_entry *entry = selection->shown[i];

		put_name(chart, entry, names->names[i], names->differs[i]);
		put_sizes(chart, entry->span, entry->tally->resident);
		err = put_heat(chart, detailer, entry);
		chart->y += CHART_LINE;
	}
	return err;
}

static void put_sum(struct chart *chart, enum chart_font font, const char *name, uint64_t pages,
		    uint64_t resident_pages)
{
	chart_font(chart, font);
	chart_ink(chart, INK_TEXT);
	chart_text(chart, CHART_MARGIN, NAME_WIDTH, name);
	put_sizes(chart, pages * chart->page_bytes, resident_pages);
}

static void put_sums(struct chart *chart, const struct selection *selection,
		     const struct tally *totals)
{
	char name[64] = "(the rest)", count[FORMAT_COUNT_MAX];

	if (selection->rest_regions)
		snprintf(name, sizeof(name), "(%s more)",
			 format_count(selection->rest_regions, count));
	if (selection->rest_regions || selection->rest.pages) {
		put_sum(chart, FONT_PLAIN, name, selection->rest.pages, selection->rest.resident);
		chart->y += CHART_LINE;
	}
	chart_rule(chart, CHART_MARGIN, chart->y - 1, RESIDENT_RIGHT - CHART_MARGIN);
	put_sum(chart, FONT_BOLD, "total", totals->pages, totals->resident);
	if (selection->arrays_left) {
		snprintf(name, sizeof(name), "%s array%s not shown",
			 format_count(selection->arrays_left, count),
			 selection->arrays_left == 1 ? "" : "s");
		chart_ink(chart, INK_DIM);
		chart_text(chart, CHART_STRIP_X, CHART_WIDTH, name);
	}
	chart->y += CHART_LINE;
}

static void put_heading(struct chart *chart)
{
	chart_font(chart, FONT_SMALL);
	chart_ink(chart, INK_DIM);
	chart_text(chart, CHART_MARGIN, NAME_WIDTH, "name");
	chart_text_right(chart, SPAN_RIGHT, "span");
	chart_text_right(chart, RESIDENT_RIGHT, "resident");
	chart_text(chart, CHART_STRIP_X, CHART_WIDTH, "its pages, from the first to the last");
	chart->y += CHART_LINE;
	chart_rule(chart, CHART_MARGIN, chart->y - 2, CHART_RIGHT - CHART_MARGIN);
}

int chart_rows(struct chart *chart, const struct process_snapshot *process)
{
	struct text_names names = { 0 };
	struct detailer detailer;
	int err = detailer__init(&detailer, process, &chart->snapshot->header, chart->view);

	put_heading(chart);
	if (!err)
		err = text_names__init(&names, &detailer.selection);
	if (!err)
		err = put_shown(chart, &detailer, &names);
	if (!err)
		put_sums(chart, &detailer.selection, &process->totals);
	text_names__deinit(&names);
	detailer__deinit(&detailer);
	return err;
}
