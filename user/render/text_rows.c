/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* One line a row: arrays first, then regions, then what was left out. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/format.h"
#include "base/progress.h"
#include "base/text.h"
#include "render/array_name.h"
#include "render/text_priv.h"

#define FOLD_INDENT 2u

/* Without --detail: few rows have a sentence each, many have one in all. */
#define FEW_ROWS 4u
#define MANY_ROWS 9u
#define MOST_TOLD FEW_ROWS

static void put_heading(const struct text *text)
{
	text_style(text, STYLE_HEAD);
	text_name(text, "NAME", 0, text->layout.name_width);
	text_columns_heading(text);
	fprintf(text->out, " %s", "PAGES");
	text_style(text, STYLE_PLAIN);
	fputc('\n', text->out);
}

static void put_line(const struct text *text, const struct text_line *line)
{
	fprintf(text->out, "%*s", (int)line->indent, "");
	text_name(text, line->name, line->differs, text->layout.name_width - line->indent);
	text_columns_line(text, line);
	if (line->heat && line->heat->cells) {
		fputc(' ', text->out);
		text_heat(text, line->heat);
	}
	fputc('\n', text->out);
	if (line->told && line->explain && *line->explain)
		text_wrap(text, line->indent + 2, line->explain);
}

static void put_words(char *words, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void put_words(char *words, size_t size, const char *format, ...)
{
	struct text_buffer text = text_buffer__behind(words, size);
	va_list args;

	va_start(args, format);
	text_buffer__vaddf(&text, format, args);
	va_end(args);
}

static int by_id(const void *left, const void *right)
{
	const struct array_row *a = left, *b = right;

	return (a->desc.id > b->desc.id) - (a->desc.id < b->desc.id);
}

/* The rows of a snapshot are in the order of their ids. NULL: none, or it is not there. */
static const struct array_desc *array_of_id(const struct text *text, uint32_t id)
{
	const struct array_row wanted = { .desc.id = id }, *found;

	found = array_find(&wanted, text->process->arrays, id ? text->process->array_count : 0,
			   sizeof(wanted), by_id);
	return found ? &found->desc : NULL;
}

/* "freed but still in memory; thread 4711, 1.204 s after the start" */
static void put_origin(const struct text *text, const struct array_origin *origin, char *words,
		       size_t size)
{
	uint64_t start = text->snapshot->header.start_ns;
	uint64_t ms = origin->time_ns > start ? (origin->time_ns - start) / 1000000u : 0;

	put_words(words, size, "%sthread %" PRIu32 ", %" PRIu64 ".%03" PRIu64 " s after the start",
		  origin->freed ? "freed but still in memory; " : "", origin->tid, ms / 1000,
		  ms % 1000);
}

/* "float64 10000x10000, view of __main__.x; lazy: ..." */
static void describe_array(const struct text *text, const struct array_row *row, char *words,
			   size_t size)
{
	const struct array_shape *shape = row->desc.shape;
	const struct array_desc *owner = array_of_id(text, row->desc.owner);
	char name[128];
	uint32_t i;

	words[0] = '\0';
	if (shape) {
		put_words(words, size, "%s ", shape->dtype);
		for (i = 0; i < shape->ndim; i++)
			put_words(words, size, "%s%" PRId64, i ? "x" : "", shape->dims[i]);
		if (!shape->ndim)
			put_words(words, size, "scalar");
	}
	if (row->desc.origin.call)
		put_origin(text, &row->desc.origin, words, size);
	if (row->desc.owner)
		put_words(words, size, ", view of %s",
			  owner ? array_name_safe(owner, owner->name, name, sizeof(name)) : "?");
	if (row->explain)
		put_words(words, size, "%s%s", *words ? "; " : "", row->explain);
}

static void put_frames(const struct text *text, const struct frame_tally *frames)
{
	char words[128], runs[FORMAT_COUNT_MAX], exclusive[FORMAT_COUNT_MAX];

	if (!text->process->header.frames_known)
		return;
	snprintf(words, sizeof(words), "physical memory: %s runs, %s pages exclusive",
		 format_count(frames->pfn_runs, runs),
		 format_count(frames->exclusive_pages, exclusive));
	text_wrap(text, 2, words);
}

static int put_array(const struct text *text, const struct array_row *row, struct text_line *line)
{
	char words[1024];

	describe_array(text, row, words, sizeof(words));
	line->heat = &row->heat;
	line->explain = words;
	put_line(text, line);
	put_frames(text, &row->frames);
	return line->told ? text_shape(text, row) : 0;
}

static void put_region(const struct text *text, const struct region_row *row,
		       struct text_line *line)
{
	line->heat = &row->heat;
	line->explain = row->explain;
	put_line(text, line);
	put_frames(text, &row->frames);
}

static struct text_line line_of(const struct row_entry *entry)
{
	return (struct text_line){
		.indent = entry->folded ? FOLD_INDENT : 0,
		.span_bytes = entry->span,
		.tally = entry->tally,
		.interior = entry->array ? &entry->array->interior : NULL,
		.freed = entry->array && entry->array->desc.origin.freed,
		.own_memory = entry->array || vma_is_lazy_memory(&entry->region->vma),
	};
}

static struct text_note note_of(const struct text *text, const struct row_entry *entry)
{
	const struct text_line line = line_of(entry);

	return text_note_of(&line, text->process->header.faults_known);
}

static bool has_notes(const struct text *text, const struct selection *selection)
{
	size_t i;

	for (i = 0; i < selection->shown_count; i++) {
		if (*note_of(text, selection->shown[i]).word)
			return true;
	}
	return false;
}

/* Rows are many or a sentence says what anybody sees: then it is not worth its lines. */
static uint64_t worth_of(const struct text *text, const struct row_entry *entry, bool few)
{
	const struct text_note note = note_of(text, entry);

	if (entry->array && few)
		return UINT64_MAX;
	return note.weight * note.pages;
}

/* Sets told[] of the rows that a sentence is written of. */
static void choose_told(const struct text *text, const struct selection *selection, bool *told)
{
	size_t count = selection->shown_count, left = count > MANY_ROWS ? 1 : MOST_TOLD, i;
	bool few = count <= FEW_ROWS;

	for (; left; left--) {
		uint64_t most = 0;
		size_t best = count;

		for (i = 0; i < count; i++) {
			uint64_t worth = worth_of(text, selection->shown[i], few);

			if (told[i] || worth <= most)
				continue;
			most = worth;
			best = i;
		}
		if (best == count)
			break;
		told[best] = true;
	}
}

/* A row that shows memory of a row above is below it, and not summed. */
static int put_shown(const struct text *text, const struct selection *selection,
		     const struct text_names *names, const bool *told)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < selection->shown_count; i++) {
		const struct row_entry *entry = selection->shown[i];
		struct text_line line = line_of(entry);

		progress_step(0);
		line.name = names->names[i];
		line.differs = names->differs[i];
		line.told = text->view->detail || told[i];

		if (entry->array)
			err = put_array(text, entry->array, &line);
		else
			put_region(text, entry->region, &line);
	}
	return err;
}

static void put_arrays_left(const struct text *text, uint64_t left)
{
	char count[FORMAT_COUNT_MAX], words[128];

	if (!left)
		return;
	snprintf(words, sizeof(words), "%s array%s not shown (%s)", format_count(left, count),
		 left == 1 ? "" : "s",
		 text->view->brief ? "--detail, --filter, --top" : "--min-size, --filter, --top");
	text_wrap(text, 0, words);
}

/* Sums have no heatmap and no note: they are of many things. */
static void put_rest(const struct text *text, const struct selection *selection)
{
	const struct tally *totals = &text->process->totals;
	char name[64] = "(the rest)", count[FORMAT_COUNT_MAX];

	if (selection->rest_regions)
		snprintf(name, sizeof(name), "(%s more)",
			 format_count(selection->rest_regions, count));
	if (selection->rest_regions || selection->rest.pages)
		put_line(text, &(struct text_line){ .name = name,
						    .span_bytes = selection->rest.pages *
								  text->page_bytes,
						    .tally = &selection->rest });
	text_style(text, STYLE_HEAD);
	put_line(text, &(struct text_line){ .name = "total",
					    .span_bytes = totals->pages * text->page_bytes,
					    .tally = totals });
	text_style(text, STYLE_PLAIN);
	put_arrays_left(text, selection->arrays_left);
}

static void put_miss(const struct text *text, const struct symbol_miss *miss)
{
	char name[128], words[512] = "";

	put_words(words, sizeof(words), "%s %s", format_name(miss->text, name, sizeof(name)),
		  miss->reason);
	text_wrap(text, 0, words);
}

static int put_rows(const struct text *text, const struct selection *selection)
{
	bool *told = calloc(selection->shown_count + 1, sizeof(*told));
	struct text_names names;
	int err = text_names__init(&names, selection);

	if (!told)
		err = -ENOMEM;
	put_heading(text);
	if (!err && !text->view->detail)
		choose_told(text, selection, told);
	if (!err)
		err = put_shown(text, selection, &names, told);
	put_rest(text, selection);
	text_names__deinit(&names);
	free(told);
	return err;
}

int text_rows(const struct text *text)
{
	struct text fitted = *text;
	struct selection selection;
	size_t i;
	int err;

	err = selection__init(&selection, text->process, text->view, text->page_bytes);
	if (!err && !has_notes(text, &selection))
		text_layout_without_note(&fitted.layout);
	if (!err)
		err = put_rows(&fitted, &selection);
	for (i = 0; i < text->process->header.symbol_misses.count; i++)
		put_miss(text, &text->process->header.symbol_misses.misses[i]);
	if (text->process->header.names_missing.length)
		text_wrap(text, 0, text->process->header.names_missing.text);
	selection__deinit(&selection);
	return err;
}
