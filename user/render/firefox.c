/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A process is a thread without samples, with counters and markers. Times are ms since the start of
 * the watch. A counter's samples are changes, which readers add up.
 */
#include "render/firefox.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "render/firefox_markers.h"
#include "render/trace.h"

#define FORMAT_VERSION 58u
#define GECKO_VERSION 31u /* of the same time */

/* Without rows; columns end with NULL. */
static void put_empty_table(struct json_out *json, const char *key, const char *const *columns)
{
	json_open(json, key, '{');
	for (; *columns; columns++) {
		json_open(json, *columns, '[');
		json_close(json, ']');
	}
	json_count(json, "length", 0);
	json_close(json, '}');
}

/* What has something only where stacks were sampled. */
static void put_empty_tables(struct json_out *json)
{
	static const char *const stacks[] = { "frame", "prefix", NULL };
	static const char *const frames[] = {
		"address",	"inlineDepth",	 "category", "subcategory", "func",
		"nativeSymbol", "innerWindowID", "line",     "column",	    NULL
	};
	static const char *const functions[] = { "name",	 "isJS",   "relevantForJS",
						 "resource",	 "source", "lineNumber",
						 "columnNumber", NULL };
	static const char *const resources[] = { "lib", "name", "host", "type", NULL };
	static const char *const symbols[] = { "libIndex", "address", "name", "functionSize",
					       NULL };

	json_open(json, "samples", '{');
	json_open(json, "stack", '[');
	json_close(json, ']');
	json_open(json, "time", '[');
	json_close(json, ']');
	json_null(json, "weight");
	json_words(json, "weightType", "samples");
	json_count(json, "length", 0);
	json_close(json, '}');
	put_empty_table(json, "stackTable", stacks);
	put_empty_table(json, "frameTable", frames);
	put_empty_table(json, "funcTable", functions);
	put_empty_table(json, "resourceTable", resources);
	put_empty_table(json, "nativeSymbols", symbols);
}

static void put_pid(struct json_out *json, const struct trace_process *process)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%" PRIu32, process->pid);
	json_words(json, "pid", pid);
}

static int put_thread(struct json_out *json, const struct trace *trace,
		      const struct trace_process *process)
{
	int err;

	json_open(json, NULL, '{');
	json_words(json, "processType", "default");
	json_count(json, "processStartupTime", 0);
	json_null(json, "processShutdownTime");
	json_count(json, "registerTime", 0);
	json_null(json, "unregisterTime");
	json_open(json, "pausedRanges", '[');
	json_close(json, ']');
	json_bool(json, "showMarkersInTimeline", true);
	json_spelled(json, "name", process->name);
	json_spelled(json, "processName", process->name);
	json_bool(json, "isMainThread", true);
	put_pid(json, process);
	json_count(json, "tid", process->pid);
	put_empty_tables(json);
	err = firefox_markers(json, trace, process);
	json_close(json, '}');
	return err;
}

/* A level under its own name. Viewers that have no version 62 of the format yet do not ask for it. */
static void put_display(struct json_out *json, const char *name, bool bytes, unsigned int weight)
{
	json_open(json, "display", '{');
	json_words(json, "graphType", "line-accumulated");
	json_words(json, "unit", bytes ? "bytes" : "");
	json_words(json, "color", "blue");
	json_null(json, "markerSchemaLocation");
	json_count(json, "sortWeight", weight);
	json_spelled(json, "label", name);
	json_open(json, "tooltipRows", '[');
	json_open(json, NULL, '{');
	json_words(json, "type", "value");
	json_words(json, "source", "accumulated");
	json_open(json, "format", '{');
	json_words(json, "unit", bytes ? "bytes" : "number");
	json_close(json, '}');
	json_spelled(json, "label", name);
	json_close(json, '}');
	json_close(json, ']');
	json_close(json, '}');
}

struct counter_sample {
	uint64_t time_ns, value;
};

struct counter {
	const char *name;
	const char *description;
	bool bytes;	     /* else a count */
	unsigned int weight; /* viewers show smaller ones first */
};

static void put_counter(struct json_out *json, const struct trace *trace, size_t thread,
			const struct counter *counter, const struct counter_sample *samples,
			size_t count)
{
	uint64_t before = 0;
	size_t i;

	json_open(json, NULL, '{');
	json_spelled(json, "name", counter->name);
	json_words(json, "category", counter->bytes ? "Memory" : "count");
	json_words(json, "description", counter->description);
	put_display(json, counter->name, counter->bytes, counter->weight);
	put_pid(json, &trace->processes[thread]);
	json_count(json, "mainThreadIndex", thread);
	json_open(json, "samples", '{');
	json_open(json, "time", '[');
	for (i = 0; i < count; i++)
		firefox_time(json, trace, samples[i].time_ns);
	json_close(json, ']');
	json_open(json, "count", '[');
	for (i = 0; i < count; i++) {
		uint64_t value = trace_number(samples[i].value);

		json_number(json, NULL, (int64_t)(value - before));
		before = value;
	}
	json_close(json, ']');
	json_count(json, "length", count);
	json_close(json, '}');
	json_close(json, '}');
}

static const struct {
	struct counter counter;
	size_t offset; /* in struct trace_sample */
} counters[] = {
	{ { "RSS", "", true, 10 }, offsetof(struct trace_sample, rss) },
	{ { "zero pages", "", true, 11 }, offsetof(struct trace_sample, zero) },
	{ { "swapped", "", true, 12 }, offsetof(struct trace_sample, swapped) },
	{ { "other arrays", "", true, 30 }, offsetof(struct trace_sample, rest) },
	{ { "other arrays, count", "", false, 31 }, offsetof(struct trace_sample, rest_count) },
};
#define ARRAY_WEIGHT 20u

static void put_process_counters(struct json_out *json, const struct trace *trace, size_t thread,
				 struct counter_sample *room)
{
	const struct trace_process *process = &trace->processes[thread];
	size_t i, j;

	for (i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		for (j = 0; j < process->sample_count; j++) {
			const struct trace_sample *sample = &process->samples[j];

			room[j].time_ns = trace->moments[sample->moment].time_ns;
			room[j].value =
				*(const uint64_t *)((const char *)sample + counters[i].offset);
		}
		put_counter(json, trace, thread, &counters[i].counter, room, process->sample_count);
	}
}

static void put_array_counter(struct json_out *json, const struct trace *trace, size_t thread,
			      const struct trace_array *array, struct counter_sample *room)
{
	char id[32];
	const struct counter counter = { array->name, id, true, ARRAY_WEIGHT };
	size_t i;

	for (i = 0; i < array->count; i++) {
		const struct trace_point *point = &array->points[i];

		room[i].time_ns = trace->moments[point->moment].time_ns;
		room[i].value = point->value == TRACE_GONE ? 0 : point->value;
	}
	snprintf(id, sizeof(id), "array %" PRIu64, array->id);
	put_counter(json, trace, thread, &counter, room, array->count);
}

/* Of a counter; at least 1. */
static size_t most_samples(const struct trace *trace)
{
	size_t most = 1, i, j;

	for (i = 0; i < trace->process_count; i++) {
		const struct trace_process *process = &trace->processes[i];

		most = process->sample_count > most ? process->sample_count : most;
		for (j = 0; j < process->array_count; j++)
			most = process->arrays[j].count > most ? process->arrays[j].count : most;
	}
	return most;
}

static int put_counters(struct json_out *json, const struct trace *trace)
{
	struct counter_sample *room = calloc(most_samples(trace), sizeof(*room));
	size_t i, j;

	if (!room)
		return -ENOMEM;
	json_open(json, "counters", '[');
	for (i = 0; i < trace->process_count; i++) {
		const struct trace_process *process = &trace->processes[i];

		put_process_counters(json, trace, i, room);
		for (j = 0; j < process->array_count; j++) {
			if (process->arrays[j].shown)
				put_array_counter(json, trace, i, &process->arrays[j], room);
		}
	}
	json_close(json, ']');
	free(room);
	return 0;
}

static void put_field(struct json_out *json, const char *key, const char *format)
{
	json_open(json, NULL, '{');
	json_words(json, "key", key);
	json_words(json, "format", format);
	json_close(json, '}');
}

static void put_schema(struct json_out *json, enum marker_kind kind)
{
	json_open(json, NULL, '{');
	json_words(json, "name", firefox_marker_name(kind));
	json_words(json, "tooltipLabel", "{marker.name}: {marker.data.name}");
	json_words(json, "tableLabel", "{marker.data.name}");
	json_words(json, "chartLabel", "{marker.data.name}");
	json_open(json, "display", '[');
	json_words(json, NULL, "marker-chart");
	json_words(json, NULL, "marker-table");
	json_words(json, NULL, "timeline-overview");
	json_close(json, ']');
	json_open(json, "fields", '[');
	put_field(json, "name", "string");
	if (kind == MARKER_LIFE) {
		put_field(json, "start", "string");
		put_field(json, "bytes", "bytes");
		put_field(json, "count", "integer");
		put_field(json, "pages_touched", "integer");
	}
	json_close(json, ']');
	json_close(json, '}');
}

static void put_category(struct json_out *json)
{
	json_open(json, "categories", '[');
	json_open(json, NULL, '{');
	json_words(json, "name", "Other");
	json_words(json, "color", "grey");
	json_open(json, "subcategories", '[');
	json_words(json, NULL, "Other");
	json_close(json, ']');
	json_close(json, '}');
	json_close(json, ']');
}

/* What the trace has no room for, where a reader of the profile looks for facts. */
static int put_left_out(struct json_out *json, const struct trace *trace)
{
	char *left;
	int err = trace__left_out(trace, &left);

	if (err || !left)
		return err;
	json_open(json, "extra", '[');
	json_open(json, NULL, '{');
	json_words(json, "label", "pagewatch");
	json_open(json, "entries", '[');
	json_open(json, NULL, '{');
	json_words(json, "label", "bounds");
	json_words(json, "format", "string");
	json_words(json, "value", left);
	json_close(json, '}');
	json_close(json, ']');
	json_close(json, '}');
	json_close(json, ']');
	free(left);
	return 0;
}

static int put_meta(struct json_out *json, const struct trace *trace)
{
	uint64_t since = trace->moments[0].time_ns - trace->start_ns;
	unsigned int i;
	int err;

	json_open(json, "meta", '{');
	json_count(json, "interval", 1);
	json_milliseconds(json, "startTime", trace->unix_ns > since ? trace->unix_ns - since : 0);
	json_count(json, "startTimeAsClockMonotonicNanosecondsSinceBoot", trace->start_ns);
	json_count(json, "processType", 0);
	json_count(json, "stackwalk", 0);
	json_words(json, "product", "pagewatch");
	json_words(json, "importedFrom", "pagewatch");
	json_count(json, "version", GECKO_VERSION);
	json_count(json, "preprocessedProfileVersion", FORMAT_VERSION);
	json_bool(json, "symbolicationNotSupported", true);
	put_category(json);
	json_open(json, "markerSchema", '[');
	for (i = 0; i < MARKER_KINDS; i++)
		put_schema(json, (enum marker_kind)i);
	json_close(json, ']');
	err = put_left_out(json, trace);
	json_close(json, '}');
	return err;
}

static void put_shared(struct json_out *json)
{
	static const char *const sources[] = { "uuid", "filename", NULL };
	unsigned int i;

	json_open(json, "libs", '[');
	json_close(json, ']');
	json_open(json, "shared", '{');
	json_open(json, "stringArray", '[');
	for (i = 0; i < MARKER_KINDS; i++)
		json_words(json, NULL, firefox_marker_name((enum marker_kind)i));
	json_close(json, ']');
	put_empty_table(json, "sources", sources);
	json_close(json, '}');
}

static int put_profile(struct json_out *json, const struct trace *trace)
{
	int err;
	size_t i;

	json_open(json, NULL, '{');
	err = put_meta(json, trace);
	put_shared(json);
	if (!err)
		err = put_counters(json, trace);
	json_open(json, "threads", '[');
	for (i = 0; !err && i < trace->process_count; i++)
		err = put_thread(json, trace, &trace->processes[i]);
	json_close(json, ']');
	json_close(json, '}');
	return err;
}

int firefox_render(const struct moments *moments, const struct view *view, FILE *out)
{
	struct json_out json = { .out = out };
	struct trace trace;
	int err = trace__of(moments, view, &trace);

	if (!err)
		err = put_profile(&json, &trace);
	trace__deinit(&trace);
	return err ? err : json_end(&json);
}
