/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What works on this machine, as a table or as JSON of kind "probe".
 */
#ifndef RENDER_PROBE_H
#define RENDER_PROBE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "facts/environment.h"

struct probe_row {
	const char *group; /* "page tables", "kernel side", "program" */
	const char *name;
	int error; /* 0: works; else -errno */
	const char *needed_for;
};

struct probe_report {
	const char *version; /* of pagewatch */
	struct environment environment;
	const char *tier; /* what watch would use here */
	const char *backend;
	const char *call_hooks;
	const char *page_reader;
	uint64_t capabilities; /* that suffice instead of root; 0: not known */
	const struct probe_row *rows;
	size_t row_count;
};

int probe_render_text(const struct probe_report *report, FILE *out);
int probe_render_json(const struct probe_report *report, FILE *out);

#endif
