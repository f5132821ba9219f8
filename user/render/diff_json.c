/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include <string.h>

#include "model/item_names.h"
#include "render/diff.h"
#include "render/json_rows.h"
#include "render/json_shape.h"
#include "version.h"

static const char *const whens[] = { "before", "after" };

static void put_moment(struct json_out *json, const char *key, const struct moment *moment,
		       const struct diff_source *source)
{
	const struct moment_header *header = &moment->header;

	json_open(json, key, '{');
	json_text(json, "file", source->file);
	json_count(json, "moment", source->number);
	json_count(json, "moments", source->count);
	json_words(json, "reason", moment_reason_name(header->reason));
	json_text(json, "checkpoint", header->checkpoint);
	json_count(json, "time_unix_ns", header->time_unix_ns);
	json_count(json, "since_start_ns", header->since_start_ns);
	json_count(json, "page_bytes", header->environment.page_bytes);
	json_bool(json, "complete", header->complete);
	json_close(json, '}');
}

static void put_process(struct json_out *json, const char *key, const struct process_header *header,
			uint64_t rss_bytes)
{
	if (!header) {
		json_null(json, key);
		return;
	}
	json_open(json, key, '{');
	json_count(json, "pid", header->facts.pid);
	json_text(json, "comm", header->facts.comm);
	json_text(json, "runtime", header->facts.runtime);
	json_count(json, "rss_bytes", rss_bytes);
	json_close(json, '}');
}

static void put_changes(struct json_out *json, const struct diff_row *row,
			const struct array_desc *array)
{
	int i;

	json_open(json, "changes", '{');
	for (i = 0; i < CHANGES; i++) {
		bool known = row->change.huge_known || (i != CHANGE_HUGE && i != CHANGE_SPLIT);

		if (!known) {
			json_null(json, change_key((enum change)i));
			continue;
		}
		json_open(json, change_key((enum change)i), '{');
		json_count(json, "bytes", row->change.bytes[i]);
		if (array->shape)
			json_index_set(json, "index_ranges", &row->elements[i], array);
		else
			json_null(json, "index_ranges");
		json_close(json, '}');
	}
	json_close(json, '}');
}

static void put_row(struct json_out *json, const struct diff_row *row)
{
	const struct array_desc *array = row->array[row->array[1] ? 1 : 0];

	json_open(json, NULL, '{');
	json_array_name(json, "name", array, array->name);
	if (row->array[0] && row->array[1] && strcmp(row->array[0]->name, array->name))
		json_array_name(json, "name_before", row->array[0], row->array[0]->name);
	else
		json_null(json, "name_before");
	json_words(json, "source", item_sources[array->source]);
	json_count(json, "nbytes", array->end - array->start);
	json_array_shape(json, array->shape);
	json_bool(json, "before", row->array[0]);
	json_bool(json, "after", row->array[1]);
	json_bool(json, "elsewhere", row->elsewhere);
	json_count(json, "resident_bytes_before", row->change.resident[0]);
	json_count(json, "resident_bytes_after", row->change.resident[1]);
	json_count(json, "changed_bytes", array_change__bytes(&row->change));
	put_changes(json, row, array);
	json_close(json, '}');
}

static void put_mapping(struct json_out *json, const struct diff_mapping *mapping)
{
	json_open(json, NULL, '{');
	json_text(json, "name", mapping->name);
	json_count(json, "resident_bytes_before", mapping->resident_bytes[0]);
	json_count(json, "resident_bytes_after", mapping->resident_bytes[1]);
	json_close(json, '}');
}

static void put_processes(struct json_out *json, const struct diff_process *process)
{
	size_t i;

	json_open(json, NULL, '{');
	for (i = 0; i < 2; i++)
		put_process(json, whens[i], process->header[i], process->rss_bytes[i]);
	json_bool(json, "names_known", process->names_known);
	json_open(json, "arrays", '[');
	for (i = 0; i < process->row_count; i++)
		put_row(json, &process->rows[i]);
	json_close(json, ']');
	json_count(json, "arrays_more", process->more_rows);
	json_count(json, "arrays_same", process->same);
	json_open(json, "mappings", '[');
	for (i = 0; i < process->mapping_count; i++)
		put_mapping(json, &process->mappings[i]);
	json_close(json, ']');
	json_close(json, '}');
}

int diff_json(const struct diff *diff, const struct diff_source sources[2], const struct view *view,
	      FILE *out)
{
	struct json_out json = { .out = out };
	size_t i;

	(void)view;
	json_open_report(&json, NULL, "diff", PAGEWATCH_VERSION);
	json_bool(&json, "known", diff->known);
	json_bool(&json, "differs", diff__any(diff));
	for (i = 0; i < 2; i++)
		put_moment(&json, whens[i], diff->moments[i], &sources[i]);
	json_open(&json, "processes", '[');
	for (i = 0; i < diff->process_count; i++)
		put_processes(&json, &diff->processes[i]);
	json_close(&json, ']');
	json_close(&json, '}');
	return json_end(&json);
}
