/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The markers of a profile for profiler.firefox.com: moments, lives of arrays, ended lives. */
#ifndef RENDER_FIREFOX_MARKERS_H
#define RENDER_FIREFOX_MARKERS_H

#include "render/json_out.h"
#include "render/trace.h"

/* Each has a schema of its name, and that is the string of its number. */
enum marker_kind { MARKER_MOMENT, MARKER_ARRAY, MARKER_LIFE, MARKER_KINDS };

const char *firefox_marker_name(enum marker_kind kind);

/* CLOCK_MONOTONIC in ns, as ms since the start of the watch. */
void firefox_time(struct json_out *json, const struct trace *trace, uint64_t time_ns);

/* The table of a process. 0 or -ENOMEM. */
int firefox_markers(struct json_out *json, const struct trace *trace,
		    const struct trace_process *process);

#endif
