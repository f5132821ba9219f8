/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* One line an array; the heatmap shows what is in the page cache. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/names_apart.h"
#include "base/text.h"
#include "render/file.h"
#include "render/text_priv.h"

#define NAME_BYTES 4096u
#define NUMBER_WIDTH 11u /* a blank, and "1,023.9 GiB" */
#define NUMBERS 4u
#define MIN_HEAT 12u
#define MAX_NAME 60u
#define MAPPERS_IN_TEXT 5u

static struct text_layout layout_of(const struct view *view)
{
	uint32_t rest = view->width - NUMBERS * NUMBER_WIDTH - 1;
	struct text_layout layout = { 0 };

	if (view->width < NUMBERS * NUMBER_WIDTH + 2 * MIN_HEAT + 1)
		rest = 2 * MIN_HEAT;
	layout.name_width = rest * 3 / 5;
	if (layout.name_width > MAX_NAME)
		layout.name_width = MAX_NAME;
	layout.heat_width = rest - layout.name_width;
	return layout;
}

uint32_t file_text_cells(const struct view *view)
{
	return layout_of(view).heat_width;
}

static void put_number(const struct text *text, bool known, uint64_t bytes)
{
	char words[FORMAT_BYTES_MAX];

	fprintf(text->out, " %*s", (int)NUMBER_WIDTH - 1, known ? format_bytes(bytes, words) : "-");
}

/* differs: the byte of the name that tells it from others. */
static void put_row(const struct text *text, const char *name, size_t differs, uint64_t bytes,
		    bool stored_known, const struct file_pages *pages, const struct heat *heat)
{
	bool known = pages->cached.answer == CACHED_KNOWN;

	text_name(text, name, differs, text->layout.name_width);
	put_number(text, true, bytes);
	put_number(text, stored_known, pages->stored * text->page_bytes);
	put_number(text, known, pages->cached.cached * text->page_bytes);
	put_number(text, known && pages->cached.tells_dirty,
		   pages->cached.dirty * text->page_bytes);
	if (heat && heat->cells) {
		fputc(' ', text->out);
		text_heat(text, heat);
	}
	fputc('\n', text->out);
}

static void put_heading(const struct text *text)
{
	static const char *const titles[NUMBERS] = { "SIZE", "ON DISK", "CACHED", "DIRTY" };
	size_t i;

	text_style(text, STYLE_HEAD);
	text_name(text, "NAME", 0, text->layout.name_width);
	for (i = 0; i < NUMBERS; i++)
		fprintf(text->out, " %*s", (int)NUMBER_WIDTH - 1, titles[i]);
	fputs(" CACHED", text->out);
	text_style(text, STYLE_PLAIN);
	fputc('\n', text->out);
}

/* "BF16 4096x4096, bytes 1234 to 5678" */
static void put_detail(const struct text *text, const struct file_array *array)
{
	struct text_buffer words = { 0 };
	char dtype[128];
	uint32_t i;

	text_buffer__add(&words, format_name(array->dtype, dtype, sizeof(dtype)));
	text_buffer__add(&words, *array->dtype ? " " : "");
	for (i = 0; i < array->ndim; i++)
		text_buffer__addf(&words, "%s%" PRIu64, i ? "x" : "", array->dims[i]);
	if (array->shaped)
		text_buffer__add(&words, array->ndim ? ", " : "scalar, ");
	text_buffer__addf(&words, "bytes %" PRIu64 " to %" PRIu64, array->offset, array->end);
	if (!words.error)
		text_wrap(text, 2, words.text);
	text_buffer__deinit(&words);
}

/* The names of the rows, made safe. The caller calls deinit on *ret, even on failure. 0 or -ENOMEM. */
static int make_names(const struct file_rows *file, struct text_names *ret)
{
	char safe[NAME_BYTES];
	size_t i;

	*ret = (struct text_names){
		.names = calloc(file->count + 1, sizeof(*ret->names)),
		.differs = calloc(file->count + 1, sizeof(*ret->differs)),
	};
	if (!ret->names || !ret->differs)
		return -ENOMEM;
	for (i = 0; i < file->count; i++) {
		format_name(file->facts->layout.arrays[file->rows[i]].name, safe, sizeof(safe));
		ret->names[i] = strdup(safe);
		if (!ret->names[i])
			return -ENOMEM;
		ret->count = i + 1;
	}
	return names_apart((const char *const *)ret->names, ret->count, ret->differs);
}

static void put_array(const struct text *text, const struct file_rows *file,
		      const struct text_names *names, size_t row)
{
	const struct file_array *array = &file->facts->layout.arrays[file->rows[row]];
	const struct file_pages *pages = &file->facts->pages[file->rows[row]];

	put_row(text, names->names[row], names->differs[row], array->end - array->offset,
		file->facts->stored_known, pages, file->heat ? &file->heat[row] : NULL);
	if (text->view->detail)
		put_detail(text, array);
}

static void add_pages(struct file_pages *sum, const struct file_pages *pages, bool minus)
{
	sum->stored += minus ? -pages->stored : pages->stored;
	sum->cached.cached += minus ? -pages->cached.cached : pages->cached.cached;
	sum->cached.dirty += minus ? -pages->cached.dirty : pages->cached.dirty;
}

/* The arrays without a row. */
static void put_rest(const struct text *text, const struct file_rows *file)
{
	const struct file_facts *facts = file->facts;
	struct file_pages sum = { .cached = facts->whole.cached };
	char name[64], count[FORMAT_COUNT_MAX];
	uint64_t bytes = 0;
	size_t i;

	if (file->count == facts->layout.count)
		return;
	sum.cached.cached = sum.cached.dirty = 0;
	for (i = 0; i < facts->layout.count; i++) {
		add_pages(&sum, &facts->pages[i], false);
		bytes += facts->layout.arrays[i].end - facts->layout.arrays[i].offset;
	}
	for (i = 0; i < file->count; i++) {
		const struct file_array *array = &facts->layout.arrays[file->rows[i]];

		add_pages(&sum, &facts->pages[file->rows[i]], true);
		bytes -= array->end - array->offset;
	}
	snprintf(name, sizeof(name), "(%s more)",
		 format_count(facts->layout.count - file->count, count));
	put_row(text, name, 0, bytes, facts->stored_known, &sum, NULL);
}

static const char *no_answer(enum cached_answer answer)
{
	switch (answer) {
	case CACHED_HIDDEN:
		return "what is cached is not known: the kernel tells it to the file's owner and "
		       "to who may write it";
	case CACHED_KNOWN:
		return NULL;
	default:
		return "what is cached is not known: this file system does not tell";
	}
}

/* "mapped by: python3 (4711, 1.0 GiB) and 3 more" */
static void put_mappers(const struct text *text, const struct file_mappers *mappers)
{
	size_t shown = mappers->count < MAPPERS_IN_TEXT ? mappers->count : MAPPERS_IN_TEXT, i;
	uint64_t more = mappers->count - shown + mappers->dropped;
	struct text_buffer words = { 0 };
	char comm[128], bytes[FORMAT_BYTES_MAX], count[FORMAT_COUNT_MAX];

	text_buffer__add(&words, shown ? "mapped by: " : "mapped by: no process");
	for (i = 0; i < shown; i++)
		text_buffer__addf(&words, "%s%s (%" PRIu32 ", %s)", i ? ", " : "",
				  format_name(mappers->mappers[i].comm, comm, sizeof(comm)),
				  mappers->mappers[i].pid,
				  format_bytes(mappers->mappers[i].bytes, bytes));
	if (more)
		text_buffer__addf(&words, " and %s more", format_count(more, count));
	if (mappers->unreadable)
		text_buffer__addf(&words, "; %s %s may not be looked at",
				  format_count(mappers->unreadable, count),
				  mappers->unreadable == 1 ? "process" : "processes");
	if (!words.error)
		text_wrap(text, 0, words.text);
	text_buffer__deinit(&words);
}

static void put_loss(void *ctx, const char *words)
{
	const struct text *text = ctx;
	char line[200];

	snprintf(line, sizeof(line), "INCOMPLETE: %s", words);
	text_style(text, STYLE_ALARM);
	text_wrap(text, 0, line);
	text_style(text, STYLE_PLAIN);
}

static void put_notes(const struct text *text, const struct file_facts *facts)
{
	const char *words = no_answer(facts->whole.cached.answer);
	char line[200], count[FORMAT_COUNT_MAX];

	put_mappers(text, &facts->mappers);
	if (words)
		text_wrap(text, 0, words);
	if (facts->layout.packed) {
		snprintf(line, sizeof(line),
			 "%s %s compressed: no page has its elements as they are",
			 format_count(facts->layout.packed, count),
			 facts->layout.packed == 1 ? "array is" : "arrays are");
		text_wrap(text, 0, line);
	}
	file_say_losses(&facts->layout, put_loss, (void *)text);
}

static int put_file(struct text *text, const struct file_rows *file)
{
	const struct file_facts *facts = file->facts;
	const char *format = file_format_name(facts->layout.format);
	char path[NAME_BYTES], count[FORMAT_COUNT_MAX];
	struct text_buffer words = { 0 };
	struct text_names names;
	size_t i;
	int err = make_names(file, &names);

	if (err)
		goto out;
	text->page_bytes = facts->page_bytes;
	text_buffer__addf(&words, "%s  ", format_name(facts->path, path, sizeof(path)));
	if (format)
		text_buffer__addf(&words, "%s, %s %s", format,
				  format_count(facts->layout.count, count),
				  facts->layout.count == 1 ? "array" : "arrays");
	else
		text_buffer__add(&words, "not a data file with a known header");
	text_style(text, STYLE_HEAD);
	if (!words.error)
		text_wrap(text, 0, words.text);
	text_buffer__deinit(&words);
	text_style(text, STYLE_PLAIN);
	put_heading(text);
	for (i = 0; i < file->count; i++)
		put_array(text, file, &names, i);
	put_rest(text, file);
	put_row(text, "the file", 0, facts->bytes, facts->stored_known, &facts->whole,
		file->heat ? &file->heat[file->count] : NULL);
	put_notes(text, facts);
out:
	text_names__deinit(&names);
	return err;
}

int file_text(const struct file_rows *files, size_t count, const struct view *view, FILE *out)
{
	struct text text = { .view = view, .layout = layout_of(view), .out = out };
	size_t i;
	int err = 0;

	for (i = 0; !err && i < count; i++) {
		if (i)
			fputc('\n', out);
		err = put_file(&text, &files[i]);
	}
	return err ? err : ferror(out) ? -EIO : 0;
}
