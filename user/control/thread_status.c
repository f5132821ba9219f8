/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/thread_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct thread_status thread_status_read(const struct proc *proc, pid_t tid)
{
	static const char state[] = "\nState:\t", tracer[] = "\nTracerPid:\t";
	struct thread_status status = { .state = 'X' };
	char name[64], *text = NULL, *line;
	size_t bytes;

	snprintf(name, sizeof(name), "task/%d/status", (int)tid);
	if (proc__read_file(proc, name, &text, &bytes))
		return status;
	line = strstr(text, state);
	if (line)
		status.state = line[strlen(state)];
	line = strstr(text, tracer);
	if (line)
		status.tracer = (pid_t)strtoul(line + strlen(tracer), NULL, 10);
	free(text);
	return status;
}
