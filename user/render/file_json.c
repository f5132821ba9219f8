/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Files and their arrays as JSON of kind "file". */
#include "render/file.h"
#include "render/json_out.h"

static const char *const answers[CACHED_ANSWERS] = {
	[CACHED_HIDDEN] = "hidden",
	[CACHED_CLOSED] = "closed",
	[CACHED_UNTOLD] = "untold",
	[CACHED_LATE] = "late",
};

static void put_pages(struct json_out *json, const struct file_facts *facts,
		      const struct file_pages *pages)
{
	const struct cached_run *cached = &pages->cached;
	bool known = cached->answer == CACHED_KNOWN;

	json_count(json, "pages", pages->pages);
	json_count_if(json, "stored_pages", facts->stored_known, pages->stored);
	json_count_if(json, "cached_pages", known, cached->cached);
	json_count_if(json, "dirty_pages", known && cached->tells_dirty, cached->dirty);
	json_count_if(json, "swapped_pages", known && cached->tells_swapped, cached->swapped);
}

static void put_array(struct json_out *json, const struct file_facts *facts, size_t i)
{
	const struct file_array *array = &facts->layout.arrays[i];
	uint32_t dim;

	json_open(json, NULL, '{');
	json_text(json, "name", array->name);
	json_text(json, "dtype", *array->dtype ? array->dtype : NULL);
	if (array->shaped) {
		json_open(json, "shape", '[');
		for (dim = 0; dim < array->ndim; dim++)
			json_count(json, NULL, array->dims[dim]);
		json_close(json, ']');
	} else {
		json_null(json, "shape");
	}
	json_count(json, "start_byte", array->offset);
	json_count(json, "end_byte", array->end);
	put_pages(json, facts, &facts->pages[i]);
	json_close(json, '}');
}

static void put_mappers(struct json_out *json, const struct file_mappers *mappers)
{
	size_t i;

	json_open(json, "processes", '[');
	for (i = 0; i < mappers->count; i++) {
		json_open(json, NULL, '{');
		json_count(json, "pid", mappers->mappers[i].pid);
		json_text(json, "comm", mappers->mappers[i].comm);
		json_count(json, "mapped_bytes", mappers->mappers[i].bytes);
		json_close(json, '}');
	}
	json_close(json, ']');
	json_count(json, "processes_left_out", mappers->dropped);
	json_count(json, "processes_unreadable", mappers->unreadable);
}

static void put_reason(void *ctx, const char *words)
{
	json_words(ctx, NULL, words);
}

static void put_losses(struct json_out *json, const struct file_layout *layout)
{
	json_bool(json, "complete", file_is_complete(layout));
	json_open(json, "incomplete_reasons", '[');
	file_say_losses(layout, put_reason, json);
	json_close(json, ']');
	json_open(json, "losses", '{');
	json_count(json, "dropped", layout->dropped);
	json_count(json, "unmeasured", layout->unmeasured);
	json_count(json, "overlapping", layout->overlapping);
	json_count(json, "outside", layout->outside);
	json_count(json, "clipped", layout->clipped);
	json_close(json, '}');
	json_count(json, "compressed", layout->packed);
}

static void put_file(struct json_out *json, const struct file_rows *file)
{
	const struct file_facts *facts = file->facts;
	size_t i;

	json_open(json, NULL, '{');
	json_text(json, "path", facts->path);
	json_words(json, "format", file_format_name(facts->layout.format));
	json_count(json, "bytes", facts->bytes);
	json_count(json, "page_bytes", facts->page_bytes);
	put_pages(json, facts, &facts->whole);
	json_words(json, "cached_unknown", answers[facts->whole.cached.answer]);
	put_losses(json, &facts->layout);
	put_mappers(json, &facts->mappers);
	json_open(json, "arrays", '[');
	for (i = 0; i < file->count; i++)
		put_array(json, facts, file->rows[i]);
	json_close(json, ']');
	json_count(json, "arrays_left_out", facts->layout.count - file->count);
	json_close(json, '}');
}

int file_json(const struct file_rows *files, size_t count, const char *version, FILE *out)
{
	struct json_out json = { .out = out };
	size_t i;

	json_open_report(&json, NULL, "file", version);
	json_open(&json, "files", '[');
	for (i = 0; i < count; i++)
		put_file(&json, &files[i]);
	json_close(&json, ']');
	json_close(&json, '}');
	return json_end(&json);
}
