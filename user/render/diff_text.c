/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A line for what changed, with the elements below it. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/text.h"
#include "render/array_name.h"
#include "render/diff.h"
#include "render/name_cut.h"
#include "render/text_priv.h"

#define NAME_BYTES 1024
#define WORDS_BYTES 2048
#define RANGES_IN_TEXT 3u
#define SMALL_PART 100u
/* A number: 10 for "1023.9 GiB", and one for a blank or the sign. */
#define NUMBER_WIDTH 11u
/* A narrower terminal has no room for three numbers and a name. */
#define NARROW_WIDTH 60u
/* The mappings that say most, if --top does not say how many. */
#define MAPPINGS_IN_TEXT 5u

static bool is_narrow(const struct text *text)
{
	return text->view->width < NARROW_WIDTH;
}

/*
 * The last column of a line: what fits, and no blanks behind it. What is said of it (NULL: nothing)
 * stands behind it, or else below it.
 */
static void put_name(const struct text *text, const char *name, const char *said)
{
	uint32_t numbers = (is_narrow(text) ? 2 : 3) * NUMBER_WIDTH + 2;
	uint32_t room = text->view->width > numbers + 4 ? text->view->width - numbers : 4;
	uint32_t columns = name_columns(name);
	bool behind = said && columns + 3 + strlen(said) <= room;

	text_name(text, name, 0, columns < room ? columns : room);
	if (behind)
		fprintf(text->out, " (%s)", said);
	fputc('\n', text->out);
	if (said && !behind)
		text_wrap(text, 2, said);
}

static void put_source(const struct text *text, const char *when, const struct moment *moment,
		       const struct diff_source *source)
{
	const struct moment_header *header = &moment->header;
	uint64_t tenths = header->since_start_ns / 100000000u;
	char file[NAME_BYTES], checkpoint[256], words[WORDS_BYTES];

	snprintf(words, sizeof(words),
		 "%-6s %s: moment %zu of %zu (%s%s%s), %" PRIu64 ".%" PRIu64 " s after the start",
		 when, format_name(source->file, file, sizeof(file)), source->number, source->count,
		 moment_reason_name(header->reason), header->checkpoint ? " " : "",
		 format_name(header->checkpoint ? header->checkpoint : "", checkpoint,
			     sizeof(checkpoint)),
		 tenths / 10, tenths % 10);
	text_wrap(text, 0, words);
}

/* "+61.0 MiB", "-4.0 KiB", "0 B" */
static char *format_gain(uint64_t before, uint64_t after, char buffer[FORMAT_BYTES_MAX + 1])
{
	buffer[0] = after < before ? '-' : '+';
	if (before == after)
		return format_bytes(0, buffer);
	format_bytes(after < before ? before - after : after - before, buffer + 1);
	return buffer;
}

static void put_numbers(const struct text *text, uint64_t before, uint64_t after)
{
	char was[FORMAT_BYTES_MAX], is[FORMAT_BYTES_MAX], gain[FORMAT_BYTES_MAX + 1];

	if (!is_narrow(text))
		fprintf(text->out, "%10s ", format_bytes(before, was));
	fprintf(text->out, "%10s %11s  ", format_bytes(after, is),
		format_gain(before, after, gain));
}

static void put_heading(const struct text *text, const struct diff_titles *titles, const char *what)
{
	text_style(text, STYLE_HEAD);
	if (!is_narrow(text))
		fprintf(text->out, "%10s ", titles->before);
	fprintf(text->out, "%10s %11s  %s\n", titles->after, "CHANGE", what);
	text_style(text, STYLE_PLAIN);
}

/* "became resident 61.0 MiB: x[0:1000, :]" */
static int put_change(const struct text *text, const struct diff_row *row, enum change change)
{
	const struct array_desc *array = row->array[row->array[1] ? 1 : 0];
	const struct index_set *set = &row->elements[change];
	char size[FORMAT_BYTES_MAX], words[WORDS_BYTES];
	char *elements = NULL;

	if (!row->change.bytes[change])
		return 0;
	if (array->shape && set->told && set->elements) {
		elements = index_set_text(set, array, RANGES_IN_TEXT);
		if (!elements)
			return -ENOMEM;
	}
	snprintf(words, sizeof(words), "%s: %s%s%s", change_words(change),
		 format_bytes(row->change.bytes[change], size), elements ? ", " : "",
		 elements ? elements : "");
	free(elements);
	text_wrap(text, 2, words);
	return 0;
}

static const char *row_presence(const struct diff_row *row)
{
	if (!row->array[0])
		return "new";
	if (!row->array[1])
		return "gone";
	return row->elsewhere ? "now at another address" : NULL;
}

/* The row has the name of the later moment. */
static void put_old_name(const struct text *text, const struct diff_row *row)
{
	const struct array_desc *before = row->array[0], *after = row->array[1];
	char name[NAME_BYTES], words[WORDS_BYTES];

	if (!before || !after || !strcmp(before->name, after->name))
		return;
	snprintf(words, sizeof(words), "before: %s",
		 array_name_safe(before, before->name, name, sizeof(name)));
	text_wrap(text, 2, words);
}

static int put_row(const struct text *text, const struct diff_row *row)
{
	const struct array_desc *array = row->array[row->array[1] ? 1 : 0];
	char name[NAME_BYTES];
	int i, err = 0;

	put_numbers(text, row->change.resident[0], row->change.resident[1]);
	array_name_safe(array, array->name, name, sizeof(name));
	put_name(text, name, row_presence(row));
	put_old_name(text, row);
	/* All pages of an array that appeared or is gone are alike. */
	for (i = 0; !err && row->array[0] && row->array[1] && i < CHANGES; i++)
		err = put_change(text, row, (enum change)i);
	return err;
}

static void put_more(const struct text *text, uint64_t rows)
{
	char more[FORMAT_COUNT_MAX], words[64];

	if (!rows)
		return;
	snprintf(words, sizeof(words), "(%s more)", format_count(rows, more));
	text_wrap(text, 0, words);
}

static int put_rows(const struct text *text, const struct diff_titles *titles,
		    const struct diff_process *process)
{
	size_t i;
	int err = 0;

	if (process->row_count)
		put_heading(text, titles, "ARRAY");
	for (i = 0; !err && i < process->row_count; i++)
		err = put_row(text, &process->rows[i]);
	put_more(text, process->more_rows);
	if (!process->names_known)
		text_wrap(text, 0,
			  "One of the moments could not find all arrays: an array that is new or "
			  "gone may have been there before, or be there still.");
	return err;
}

static uint64_t mapping_change(const struct diff_mapping *mapping)
{
	const uint64_t *bytes = mapping->resident_bytes;

	return bytes[0] < bytes[1] ? bytes[1] - bytes[0] : bytes[0] - bytes[1];
}

/* A short report has no mapping that explains less than a hundredth of what the first one does. */
static size_t mappings_shown(const struct text *text, const struct diff_process *process)
{
	size_t top = text->view->top ? text->view->top : MAPPINGS_IN_TEXT;
	size_t count = process->mapping_count < top ? process->mapping_count : top;

	while (text->view->brief && count > 1 &&
	       mapping_change(&process->mappings[count - 1]) <
		       mapping_change(&process->mappings[0]) / SMALL_PART)
		count--;
	return count;
}

/* One line for the mappings from this one on, so that the lines add up to the change of RSS. */
static void put_other_mappings(const struct text *text, const struct diff_process *process,
			       size_t first)
{
	uint64_t before = 0, after = 0;
	char more[FORMAT_COUNT_MAX], words[64];
	size_t i;

	for (i = first; i < process->mapping_count; i++) {
		before += process->mappings[i].resident_bytes[DIFF_BEFORE];
		after += process->mappings[i].resident_bytes[DIFF_AFTER];
	}
	if (first == process->mapping_count)
		return;
	put_numbers(text, before, after);
	snprintf(words, sizeof(words), "(%s more)",
		 format_count(process->mapping_count - first, more));
	put_name(text, words, NULL);
}

static void put_mappings(const struct text *text, const struct diff_titles *titles,
			 const struct diff_process *process)
{
	size_t count = mappings_shown(text, process), i;
	char name[NAME_BYTES];

	if (count)
		put_heading(text, titles,
			    is_narrow(text) ? "MAPPINGS" : "MAPPINGS (with the arrays in them)");
	for (i = 0; i < count; i++) {
		const struct diff_mapping *mapping = &process->mappings[i];

		put_numbers(text, mapping->resident_bytes[0], mapping->resident_bytes[1]);
		format_name(mapping->name, name, sizeof(name));
		put_name(text, name, NULL);
	}
	put_other_mappings(text, process, count);
}

/* "python3 (12): RSS 10.0 MiB, then 71.0 MiB: +61.0 MiB" */
static void put_process_header(const struct text *text, const struct diff_process *process)
{
	const struct process_facts *before = process->header[0] ? &process->header[0]->facts : NULL;
	const struct process_facts *after = process->header[1] ? &process->header[1]->facts : NULL;
	const struct process_facts *facts = after ? after : before;
	char comm[128], was[FORMAT_BYTES_MAX], is[FORMAT_BYTES_MAX], gain[FORMAT_BYTES_MAX + 1];
	char words[512];
	struct text_buffer line = text_buffer__over(words, sizeof(words));

	text_buffer__addf(&line, "%s (%" PRIu32, format_name(facts->comm, comm, sizeof(comm)),
			  before ? before->pid : after->pid);
	if (before && after && before->pid != after->pid)
		text_buffer__addf(&line, ", then %" PRIu32, after->pid);
	text_buffer__addf(&line, ")%s: RSS %s -> %s, %s",
			  !before  ? ", new"
			  : !after ? ", gone"
				   : "",
			  format_bytes(process->rss_bytes[0], was),
			  format_bytes(process->rss_bytes[1], is),
			  format_gain(process->rss_bytes[0], process->rss_bytes[1], gain));
	fputc('\n', text->out);
	text_style(text, STYLE_HEAD);
	text_wrap(text, 0, words);
	text_style(text, STYLE_PLAIN);
}

static int put_process(const struct text *text, const struct diff_titles *titles,
		       const struct diff_process *process)
{
	char same[FORMAT_COUNT_MAX], words[128];
	int err;

	put_process_header(text, process);
	err = put_rows(text, titles, process);
	put_mappings(text, titles, process);
	if (process->same) {
		snprintf(words, sizeof(words), "unchanged: %s array%s",
			 format_count(process->same, same), process->same == 1 ? "" : "s");
		text_wrap(text, 0, words);
	}
	return err;
}

int diff_text_processes(const struct diff *diff, const struct diff_titles *titles,
			const struct view *view, FILE *out)
{
	const struct text text = { .view = view, .out = out };
	size_t i;
	int err = 0;

	for (i = 0; !err && i < diff->process_count; i++)
		err = put_process(&text, titles, &diff->processes[i]);
	return err;
}

int diff_text(const struct diff *diff, const struct diff_source sources[2], const struct view *view,
	      FILE *out)
{
	static const struct diff_titles titles = { "BEFORE", "AFTER" };
	const struct text text = { .view = view, .out = out };
	int err;

	put_source(&text, "before", diff->moments[0], &sources[0]);
	put_source(&text, "after", diff->moments[1], &sources[1]);
	err = diff_text_processes(diff, &titles, view, out);
	if (sources[0].number == sources[1].number && !strcmp(sources[0].file, sources[1].file))
		text_wrap(&text, 0, "Both are the same moment.");
	else if (!diff__any(diff))
		text_wrap(&text, 0, "Nothing differs.");
	if (!diff->known)
		text_wrap(&text, 0,
			  "INCOMPLETE: one of the moments does not know the state of all pages. "
			  "'pagewatch report' says why.");
	return err ? err : ferror(out) ? -EIO : 0;
}
