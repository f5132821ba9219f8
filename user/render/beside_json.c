/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "render/beside.h"
#include "render/json_rows.h"
#include "version.h"

static void put_column(struct json_out *json, const struct beside_column *column)
{
	json_open(json, NULL, '{');
	json_text(json, "file", column->source.file);
	json_text(json, "rank", column->rank);
	json_count(json, "moment", column->source.number);
	json_count(json, "moments", column->source.count);
	json_words(json, "reason", moment_reason_name(column->reason));
	json_text(json, "checkpoint", column->checkpoint);
	json_count(json, "pid", column->facts.pid);
	json_text(json, "comm", column->facts.comm);
	json_count(json, "rss_bytes", column->rss_bytes);
	json_bool(json, "complete", column->complete);
	json_bool(json, "names_known", column->names_known);
	json_close(json, '}');
}

static void put_range(struct json_out *json, const struct beside_range *range)
{
	json_count(json, "least_bytes", range->least);
	json_count(json, "most_bytes", range->most);
	json_count_if(json, "stands_out", range->apart != 0, range->out);
}

static void put_row(struct json_out *json, const struct beside *beside,
		    const struct beside_row *row)
{
	const struct array_desc desc = { .source = row->cells->source };
	size_t column, next = 0;

	json_open(json, NULL, '{');
	json_array_name(json, "name", &desc, row->cells->name);
	json_open(json, "resident_bytes", '[');
	for (column = 0; column < beside->column_count; column++) {
		bool has = next < row->cell_count && row->cells[next].column == column;

		json_count_if(json, NULL, has, has ? row->cells[next].resident_bytes : 0);
		next += has;
	}
	json_close(json, ']');
	put_range(json, &row->resident);
	json_close(json, '}');
}

int beside_json(const struct beside *beside, FILE *out)
{
	struct json_out json = { .out = out };
	size_t i;

	json_open_report(&json, NULL, "side_by_side", PAGEWATCH_VERSION);
	json_open(&json, "columns", '[');
	for (i = 0; i < beside->column_count; i++)
		put_column(&json, &beside->columns[i]);
	json_close(&json, ']');
	json_open(&json, "rss", '{');
	put_range(&json, &beside->rss);
	json_close(&json, '}');
	json_open(&json, "arrays", '[');
	for (i = 0; i < beside->row_count; i++)
		put_row(&json, beside, &beside->rows[i]);
	json_close(&json, ']');
	json_count(&json, "arrays_more", beside->more_rows);
	json_close(&json, '}');
	return json_end(&json);
}
