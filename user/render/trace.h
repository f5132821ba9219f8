/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What a trace shows of a sequence of moments: counters, lives and instants. Its texts are valid
 * UTF-8 and have no control characters. Times are CLOCK_MONOTONIC in ns, sizes bytes.
 */
#ifndef RENDER_TRACE_H
#define RENDER_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/moments.h"
#include "model/rows/view.h"

/* Evenly. */
#define TRACE_MOMENTS_MAX 100000u
#define TRACE_PROCESSES_MAX 1000u
#define TRACE_SHOWN_MAX 256u /* arrays of a process */
#define TRACE_TEXT_MAX 512u

/* An array's resident bytes where they changed, and TRACE_GONE where it was not there any more. */
struct trace_point {
	uint32_t moment;
	uint64_t value;
};
#define TRACE_GONE UINT64_MAX

struct trace_array {
	uint64_t id;
	char *name;
	struct trace_point *points;
	size_t count, capacity;
	uint64_t peak;
	uint32_t seen; /* the last moment that has it */
	bool shown;    /* its points are in the trace */
	bool lost;     /* some points found no room */
};

struct trace_sample { /* a process at one moment */
	uint32_t moment;
	uint64_t rss, zero, swapped;
	uint64_t rest;	     /* resident in the arrays that are not shown */
	uint64_t rest_count; /* how many those are */
};

struct trace_life { /* a range whose pages were given back, or several in one */
	uint64_t start_ns, end_ns;
	uint64_t address, bytes; /* of one */
	uint64_t count;
	uint64_t pages_touched;
	char how[16];
};

struct trace_process {
	uint32_t pid;
	uint32_t slot;
	char *name;
	struct trace_array *arrays; /* by id */
	size_t array_count, array_capacity;
	struct trace_sample *samples;
	size_t sample_count, sample_capacity;
	struct trace_life *lives;
	size_t life_count, life_capacity;
};

struct trace_moment {
	uint64_t time_ns;
	char *name; /* the reason, and a checkpoint's name */
};

struct trace {
	uint64_t start_ns; /* of the watch */
	uint64_t unix_ns;  /* the time of day of the first moment */
	struct trace_moment *moments;
	size_t moment_count, moment_capacity;
	struct trace_process *processes;
	size_t process_count, process_capacity;
	uint64_t points, lives; /* in all */
	/* What found no room; beyond 100,000 arrays of a process only trace_sample counts. */
	uint64_t moments_left, processes_left, arrays_left, lives_left;
};

/*
 * Asks for each moment once. Shown are the arrays of the view that were the largest when they were. *ret is
 * the caller's to deinit, even on failure. 0, -ENOMEM, -EINVAL (there is no moment), -EPROTO (logged) or
 * what at() returned.
 */
int trace__of(const struct moments *moments, const struct view *view, struct trace *ret);
void trace__deinit(struct trace *trace);

/* As a number that readers take, who have a sign: no real one is larger. */
static inline uint64_t trace_number(uint64_t value)
{
	return value < INT64_MAX ? value : INT64_MAX;
}

/* What has no room, in words; NULL: everything has. The caller frees it; -ENOMEM. */
int trace__left_out(const struct trace *trace, char **ret);

#endif
