/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A table of columns: the markers are collected, then each column is written. */
#include "render/firefox_markers.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"

enum marker_phase { PHASE_INSTANT = 0, PHASE_INTERVAL = 1 };

struct marker {
	enum marker_kind kind;
	const char *name; /* borrowed, as is the life */
	const struct trace_life *life;
	uint64_t start_ns, end_ns; /* an instant's are equal */
};

struct markers {
	struct marker *of;
	size_t count, capacity;
};

static int add_marker(struct markers *markers, struct marker marker)
{
	if (array_reserve((void **)&markers->of, &markers->capacity, markers->count + 1,
			  sizeof(marker)))
		return -ENOMEM;
	markers->of[markers->count++] = marker;
	return 0;
}

/* From when it is first seen until it is gone, or until the last moment. */
static int add_array_lives(struct markers *markers, const struct trace *trace,
			   const struct trace_array *array)
{
	struct marker marker = { .kind = MARKER_ARRAY, .name = array->name };
	bool there = false;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < array->count; i++) {
		bool now = array->points[i].value != TRACE_GONE;

		marker.end_ns = trace->moments[array->points[i].moment].time_ns;
		if (now && !there)
			marker.start_ns = marker.end_ns;
		if (!now && there)
			err = add_marker(markers, marker);
		there = now;
	}
	marker.end_ns = trace->moments[trace->moment_count - 1].time_ns;
	return !err && there ? add_marker(markers, marker) : err;
}

static int add_moments(struct markers *markers, const struct trace *trace)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < trace->moment_count; i++)
		err = add_marker(markers, (struct marker){ .kind = MARKER_MOMENT,
							   .name = trace->moments[i].name,
							   .start_ns = trace->moments[i].time_ns,
							   .end_ns = trace->moments[i].time_ns });
	return err;
}

static int collect_markers(struct markers *markers, const struct trace *trace,
			   const struct trace_process *process)
{
	size_t i;
	int err = add_moments(markers, trace);

	for (i = 0; !err && i < process->array_count; i++) {
		if (process->arrays[i].shown)
			err = add_array_lives(markers, trace, &process->arrays[i]);
	}
	for (i = 0; !err && i < process->life_count; i++) {
		const struct trace_life *life = &process->lives[i];

		err = add_marker(markers, (struct marker){ .kind = MARKER_LIFE,
							   .name = life->how,
							   .life = life,
							   .start_ns = life->start_ns,
							   .end_ns = life->end_ns });
	}
	return err;
}

const char *firefox_marker_name(enum marker_kind kind)
{
	static const char *const names[MARKER_KINDS] = { "moment", "array", "ended life" };

	return names[kind];
}

void firefox_time(struct json_out *json, const struct trace *trace, uint64_t time_ns)
{
	json_milliseconds(json, NULL, time_ns > trace->start_ns ? time_ns - trace->start_ns : 0);
}

static void put_marker_data(struct json_out *json, const struct marker *marker)
{
	const struct trace_life *life = marker->life;

	json_open(json, NULL, '{');
	json_words(json, "type", firefox_marker_name(marker->kind));
	json_spelled(json, "name", marker->name);
	if (life && life->count == 1) {
		json_address(json, "start", life->address);
		json_count(json, "bytes", life->bytes);
	}
	if (life) {
		json_count(json, "count", life->count);
		json_count(json, "pages_touched", life->pages_touched);
	}
	json_close(json, '}');
}

static void put_end(struct json_out *json, const struct trace *trace, const struct marker *marker)
{
	if (marker->kind == MARKER_MOMENT)
		json_null(json, NULL);
	else
		firefox_time(json, trace, marker->end_ns);
}

static void put_markers(struct json_out *json, const struct trace *trace,
			const struct markers *markers)
{
	static const char *const columns[] = { "data",	  "name",  "startTime",
					       "endTime", "phase", "category" };
	size_t column, i;

	json_open(json, "markers", '{');
	for (column = 0; column < sizeof(columns) / sizeof(columns[0]); column++) {
		json_open(json, columns[column], '[');
		for (i = 0; i < markers->count; i++) {
			const struct marker *marker = &markers->of[i];

			if (column == 0)
				put_marker_data(json, marker);
			else if (column == 1)
				json_count(json, NULL, marker->kind);
			else if (column == 2)
				firefox_time(json, trace, marker->start_ns);
			else if (column == 3)
				put_end(json, trace, marker);
			else if (column == 4)
				json_count(json, NULL,
					   marker->kind == MARKER_MOMENT ? PHASE_INSTANT
									 : PHASE_INTERVAL);
			else
				json_count(json, NULL, 0);
		}
		json_close(json, ']');
	}
	json_count(json, "length", markers->count);
	json_close(json, '}');
}

int firefox_markers(struct json_out *json, const struct trace *trace,
		    const struct trace_process *process)
{
	struct markers markers = { 0 };
	int err = collect_markers(&markers, trace, process);

	put_markers(json, trace, &markers);
	free(markers.of);
	return err;
}
