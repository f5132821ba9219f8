/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What works on this machine, as a table or as JSON. */
#include "render/probe.h"

#include <errno.h>
#include <string.h>

#include "base/capability.h"
#include "render/json_out.h"

int probe_render_text(const struct probe_report *report, FILE *out)
{
	const struct environment *environment = &report->environment;
	char capabilities[CAPABILITY_TEXT];
	const char *group = "";
	size_t i;

	fprintf(out, "kernel %s %s, THP %s\n", environment->kernel, environment->machine,
		*environment->thp ? environment->thp : "none");
	fprintf(out, "tier %s, backend %s, mapping calls by %s, page reader %s\n", report->tier,
		report->backend, report->call_hooks, report->page_reader);
	if (report->capabilities)
		fprintf(out, "instead of root: %s\n",
			capability_say(report->capabilities, capabilities, sizeof(capabilities)));
	for (i = 0; i < report->row_count; i++) {
		const struct probe_row *row = &report->rows[i];

		if (strcmp(group, row->group))
			fprintf(out, "\n%s\n", row->group);
		group = row->group;
		fprintf(out, "  %-3s %-24s %s", row->error ? "no" : "yes", row->name,
			row->needed_for);
		if (row->error)
			fprintf(out, " (%s)", strerror(-row->error));
		fputc('\n', out);
	}
	return ferror(out) ? -EIO : 0;
}

/* By number. */
static void put_capabilities(struct json_out *json, uint64_t set)
{
	unsigned int number;

	if (!set) {
		json_null(json, "capabilities");
		return;
	}
	json_open(json, "capabilities", '[');
	for (number = 0; number < 64; number++) {
		if (set & CAPABILITY(number))
			json_words(json, NULL, capability_name(CAPABILITY(number)));
	}
	json_close(json, ']');
}

int probe_render_json(const struct probe_report *report, FILE *out)
{
	struct json_out json = { .out = out };
	size_t i;

	json_open_report(&json, NULL, "probe", report->version);
	json_environment(&json, "environment", &report->environment);
	json_words(&json, "tier", report->tier);
	json_words(&json, "backend", report->backend);
	json_words(&json, "call_hooks", report->call_hooks);
	json_words(&json, "page_reader", report->page_reader);
	put_capabilities(&json, report->capabilities);
	json_open(&json, "features", '[');
	for (i = 0; i < report->row_count; i++) {
		const struct probe_row *row = &report->rows[i];

		json_open(&json, NULL, '{');
		json_words(&json, "group", row->group);
		json_words(&json, "name", row->name);
		json_bool(&json, "works", !row->error);
		json_words(&json, "error", row->error ? strerror(-row->error) : NULL);
		json_words(&json, "needed_for", row->needed_for);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_close(&json, '}');
	return json_end(&json);
}
