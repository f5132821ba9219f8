/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What works here, as a table or as JSON. */
#include "render/probe.h"

#include <errno.h>
#include <string.h>

#include "render/json_write.h"

int probe_render_text(const struct probe_report *report, FILE *out)
{
	const struct environment *environment = &report->environment;
	const char *group = "";
	size_t i;

	fprintf(out, "kernel %s %s, THP %s\n", environment->kernel, environment->machine,
		*environment->thp ? environment->thp : "none");
	fprintf(out, "tier %s, backend %s, page reader %s\n", report->tier, report->backend,
		report->page_reader);
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

int probe_render_json(const struct probe_report *report, FILE *out)
{
	json_t *object = json_object(), *features = json_array();
	size_t i;

	json_put(object, "schema", json_string("pagewatch/1"));
	json_put(object, "kind", json_string("probe"));
	json_put(object, "version", json_string(report->version));
	json_put(object, "environment", json_environment(&report->environment));
	json_put(object, "tier", json_string(report->tier));
	json_put(object, "backend", json_string(report->backend));
	json_put(object, "page_reader", json_string(report->page_reader));
	for (i = 0; i < report->row_count; i++) {
		const struct probe_row *row = &report->rows[i];
		json_t *feature = json_object();

		json_put(feature, "group", json_string(row->group));
		json_put(feature, "name", json_string(row->name));
		json_put_bool(feature, "works", !row->error);
		json_put(feature, "error",
			 row->error ? json_string(strerror(-row->error)) : json_null());
		json_put(feature, "needed_for", json_string(row->needed_for));
		json_array_append_new(features, feature);
	}
	json_put(object, "features", features);
	return json_print(object, out);
}
