/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Each counter and each life has a track of its own: the slices of one track must not overlap
 * unless they nest. Numbers are those of perfetto/trace/ *.proto.
 */
#include "render/perfetto.h"

#include <errno.h>
#include <stdlib.h>

#include "render/proto.h"
#include "render/trace.h"

#define CLOCK_OF_TRACE 3u /* BUILTIN_CLOCK_MONOTONIC */
#define CLOCK_OF_DAY 1u	  /* BUILTIN_CLOCK_REALTIME */

enum trace_field { TRACE_PACKET = 1 };
enum packet_field {
	PACKET_CLOCK_SNAPSHOT = 6,
	PACKET_TIMESTAMP = 8,
	PACKET_SEQUENCE = 10,
	PACKET_EVENT = 11,
	PACKET_SEQUENCE_FLAGS = 13,
	PACKET_CLOCK = 58,
	PACKET_TRACK = 60,
};
enum clock_field { SNAPSHOT_CLOCK = 1, SNAPSHOT_PRIMARY = 2, CLOCK_ID = 1, CLOCK_TIMESTAMP = 2 };
enum track_field {
	TRACK_UUID = 1,
	TRACK_NAME = 2,
	TRACK_PROCESS = 3,
	TRACK_PARENT = 5,
	TRACK_COUNTER = 8,
	TRACK_DESCRIPTION = 14,
	TRACK_MERGE = 15,
};
enum process_field { PROCESS_PID = 1, PROCESS_NAME = 6 };
enum counter_field { COUNTER_UNIT = 3 };
enum counter_unit { UNIT_NONE = 0, UNIT_COUNT = 2, UNIT_BYTES = 3 };
enum merge { MERGE_NONE = 2 };
enum event_field {
	EVENT_ANNOTATION = 4,
	EVENT_TYPE = 9,
	EVENT_TRACK = 11,
	EVENT_NAME = 23,
	EVENT_COUNTER = 30,
};
enum event_type { SLICE_BEGIN = 1, SLICE_END = 2, INSTANT = 3, COUNTER = 4 };
enum annotation_field { ANNOTATION_UINT = 3, ANNOTATION_TEXT = 6, ANNOTATION_NAME = 10 };

struct perfetto {
	FILE *out;
	uint64_t track;	  /* the last one's uuid */
	uint64_t process; /* the track of the present process; 0: none */
	bool cut;
	bool begun;
};

static void put_packet(struct perfetto *to, struct proto *packet)
{
	struct proto whole = { 0 };

	proto_count(packet, PACKET_SEQUENCE, 1);
	/* The first one clears what readers know of the sequence. */
	if (!to->begun)
		proto_count(packet, PACKET_SEQUENCE_FLAGS, 1);
	to->begun = true;
	proto_message(&whole, TRACE_PACKET, packet);
	to->cut |= whole.cut;
	fwrite(whole.bytes, 1, whole.length, to->out);
}

static void add_clock(struct proto *snapshot, uint64_t id, uint64_t time_ns)
{
	struct proto clock = { 0 };

	proto_count(&clock, CLOCK_ID, id);
	proto_count(&clock, CLOCK_TIMESTAMP, time_ns);
	proto_message(snapshot, SNAPSHOT_CLOCK, &clock);
}

static void put_clocks(struct perfetto *to, const struct trace *trace)
{
	struct proto snapshot = { 0 }, packet = { 0 };

	add_clock(&snapshot, CLOCK_OF_TRACE, trace->moments[0].time_ns);
	add_clock(&snapshot, CLOCK_OF_DAY, trace->unix_ns);
	proto_count(&snapshot, SNAPSHOT_PRIMARY, CLOCK_OF_TRACE);
	proto_message(&packet, PACKET_CLOCK_SNAPSHOT, &snapshot);
	put_packet(to, &packet);
}

/* Returns its uuid. It is below the present process, if there is one. */
static uint64_t put_track(struct perfetto *to, const char *name, const char *description,
			  enum counter_unit unit)
{
	struct proto track = { 0 }, counter = { 0 }, packet = { 0 };

	proto_count(&track, TRACK_UUID, ++to->track);
	if (to->process)
		proto_count(&track, TRACK_PARENT, to->process);
	proto_text(&track, TRACK_NAME, name);
	if (description)
		proto_text(&track, TRACK_DESCRIPTION, description);
	if (unit != UNIT_NONE) {
		proto_count(&counter, COUNTER_UNIT, unit);
		proto_message(&track, TRACK_COUNTER, &counter);
		/* Arrays of one name are several counters. */
		proto_count(&track, TRACK_MERGE, MERGE_NONE);
	}
	proto_message(&packet, PACKET_TRACK, &track);
	put_packet(to, &packet);
	return to->track;
}

static void put_process_track(struct perfetto *to, const struct trace_process *from)
{
	struct proto track = { 0 }, process = { 0 }, packet = { 0 };

	to->process = ++to->track;
	proto_count(&track, TRACK_UUID, to->process);
	proto_count(&process, PROCESS_PID, from->pid);
	proto_text(&process, PROCESS_NAME, from->name);
	proto_message(&track, TRACK_PROCESS, &process);
	proto_message(&packet, PACKET_TRACK, &track);
	put_packet(to, &packet);
}

static struct proto event_of(uint64_t track, enum event_type type)
{
	struct proto event = { 0 };

	proto_count(&event, EVENT_TRACK, track);
	proto_count(&event, EVENT_TYPE, type);
	return event;
}

static void put_event(struct perfetto *to, uint64_t time_ns, const struct proto *event)
{
	struct proto packet = { 0 };

	proto_count(&packet, PACKET_TIMESTAMP, time_ns);
	proto_count(&packet, PACKET_CLOCK, CLOCK_OF_TRACE);
	proto_message(&packet, PACKET_EVENT, event);
	put_packet(to, &packet);
}

static void put_value(struct perfetto *to, uint64_t track, uint64_t time_ns, uint64_t value)
{
	struct proto event = event_of(track, COUNTER);

	proto_count(&event, EVENT_COUNTER, trace_number(value));
	put_event(to, time_ns, &event);
}

static void put_named(struct perfetto *to, uint64_t track, enum event_type type, uint64_t time_ns,
		      const char *name)
{
	struct proto event = event_of(track, type);

	if (name)
		proto_text(&event, EVENT_NAME, name);
	put_event(to, time_ns, &event);
}

static void put_annotation(struct proto *event, const char *name, uint64_t value)
{
	struct proto annotation = { 0 };

	proto_text(&annotation, ANNOTATION_NAME, name);
	proto_count(&annotation, ANNOTATION_UINT, value);
	proto_message(event, EVENT_ANNOTATION, &annotation);
}

static const struct {
	const char *name;
	enum counter_unit unit;
	size_t offset; /* in struct trace_sample */
} counters[] = {
	{ "RSS", UNIT_BYTES, offsetof(struct trace_sample, rss) },
	{ "zero pages", UNIT_BYTES, offsetof(struct trace_sample, zero) },
	{ "swapped", UNIT_BYTES, offsetof(struct trace_sample, swapped) },
	{ "other arrays", UNIT_BYTES, offsetof(struct trace_sample, rest) },
	{ "other arrays, count", UNIT_COUNT, offsetof(struct trace_sample, rest_count) },
};

static void put_counters(struct perfetto *to, const struct trace *trace,
			 const struct trace_process *process)
{
	size_t i, j;

	for (i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		uint64_t track = put_track(to, counters[i].name, NULL, counters[i].unit);

		for (j = 0; j < process->sample_count; j++) {
			const struct trace_sample *sample = &process->samples[j];

			put_value(to, track, trace->moments[sample->moment].time_ns,
				  *(const uint64_t *)((const char *)sample + counters[i].offset));
		}
	}
}

static void put_array_counter(struct perfetto *to, const struct trace *trace,
			      const struct trace_array *array)
{
	char id[32];
	uint64_t track;
	size_t i;

	snprintf(id, sizeof(id), "array %llu", (unsigned long long)array->id);
	track = put_track(to, array->name, id, UNIT_BYTES);
	for (i = 0; i < array->count; i++) {
		const struct trace_point *point = &array->points[i];

		put_value(to, track, trace->moments[point->moment].time_ns,
			  point->value == TRACE_GONE ? 0 : point->value);
	}
}

/* From when it is first seen until it is gone, or until the last moment. */
static void put_array_life(struct perfetto *to, const struct trace *trace,
			   const struct trace_array *array)
{
	uint64_t track = put_track(to, "lives of arrays", NULL, UNIT_NONE);
	bool there = false;
	size_t i;

	for (i = 0; i < array->count; i++) {
		bool now = array->points[i].value != TRACE_GONE;
		uint64_t time_ns = trace->moments[array->points[i].moment].time_ns;

		if (now != there)
			put_named(to, track, now ? SLICE_BEGIN : SLICE_END, time_ns,
				  now ? array->name : NULL);
		there = now;
	}
	if (there)
		put_named(to, track, SLICE_END, trace->moments[trace->moment_count - 1].time_ns,
			  NULL);
}

static void put_ended_life(struct perfetto *to, const struct trace_life *life)
{
	uint64_t track = put_track(to, "ended lives", NULL, UNIT_NONE);
	struct proto event = event_of(track, SLICE_BEGIN);

	proto_text(&event, EVENT_NAME, life->how);
	if (life->count == 1) {
		put_annotation(&event, "start", life->address);
		put_annotation(&event, "bytes", life->bytes);
	}
	put_annotation(&event, "count", life->count);
	put_annotation(&event, "pages_touched", life->pages_touched);
	put_event(to, life->start_ns, &event);
	put_named(to, track, SLICE_END, life->end_ns, NULL);
}

static void put_process(struct perfetto *to, const struct trace *trace,
			const struct trace_process *process)
{
	size_t i;

	put_process_track(to, process);
	put_counters(to, trace, process);
	for (i = 0; i < process->array_count; i++) {
		if (process->arrays[i].shown) {
			put_array_counter(to, trace, &process->arrays[i]);
			put_array_life(to, trace, &process->arrays[i]);
		}
	}
	for (i = 0; i < process->life_count; i++)
		put_ended_life(to, &process->lives[i]);
	to->process = 0;
}

static int put_moments(struct perfetto *to, const struct trace *trace)
{
	uint64_t track = put_track(to, "moments", NULL, UNIT_NONE);
	char *left;
	int err = trace__left_out(trace, &left);
	size_t i;

	for (i = 0; i < trace->moment_count; i++)
		put_named(to, track, INSTANT, trace->moments[i].time_ns, trace->moments[i].name);
	if (left)
		put_named(to, track, INSTANT, trace->moments[trace->moment_count - 1].time_ns,
			  left);
	free(left);
	return err;
}

int perfetto_render(const struct moments *moments, const struct view *view, FILE *out)
{
	struct perfetto to = { .out = out };
	struct trace trace;
	int err = trace__of(moments, view, &trace);
	size_t i;

	if (!err) {
		put_clocks(&to, &trace);
		err = put_moments(&to, &trace);
	}
	for (i = 0; !err && i < trace.process_count && !ferror(out); i++)
		put_process(&to, &trace, &trace.processes[i]);
	trace__deinit(&trace);
	if (!err && to.cut)
		err = -EMSGSIZE;
	return !err && ferror(out) ? -EIO : err;
}
