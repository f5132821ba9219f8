/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What a trace leaves out, and its memory. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/format.h"
#include "render/trace.h"

int trace__left_out(const struct trace *trace, char **ret)
{
	*ret = NULL;
	if (!(trace->moments_left | trace->processes_left | trace->arrays_left | trace->lives_left))
		return 0;
	*ret = format_new("left out: %" PRIu64 " moments, %" PRIu64
			  " processes (each time), %" PRIu64 " arrays, %" PRIu64 " ended lives",
			  trace->moments_left, trace->processes_left, trace->arrays_left,
			  trace->lives_left);
	return *ret ? 0 : -ENOMEM;
}

static void array_deinit(struct trace_array *array)
{
	free(array->name);
	free(array->points);
}

void trace__deinit(struct trace *trace)
{
	size_t i, j;

	for (i = 0; i < trace->process_count; i++) {
		struct trace_process *process = &trace->processes[i];

		for (j = 0; j < process->array_count; j++)
			array_deinit(&process->arrays[j]);
		free(process->arrays);
		free(process->samples);
		free(process->lives);
		free(process->name);
	}
	for (i = 0; i < trace->moment_count; i++)
		free(trace->moments[i].name);
	free(trace->processes);
	free(trace->moments);
}
