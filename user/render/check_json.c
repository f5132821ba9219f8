/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include <stdlib.h>

#include "render/check.h"
#include "render/json_process.h"
#include "render/json_write.h"
#include "version.h"

static json_t *clause_object(const struct expect_clause *clause,
			     const struct expect_measure *measure, uint64_t page_bytes)
{
	json_t *object = json_object();
	char name[64];
	char *remedy;

	snprintf(name, sizeof(name), "%s%s", clause->interior ? "interior_" : "",
		 expect_metric_name(clause->metric));
	json_put(object, "metric", json_string(name));
	if (measure->unknown) {
		json_put(object, "unknown", json_string(measure->unknown));
		return object;
	}
	json_put_count(object, "value", measure->value);
	if (clause->value.relative)
		json_put_count(object, "before", measure->before);
	json_put_count(object, "base", measure->base);
	json_put_bool(object, "holds", measure->holds);
	remedy = expect_remedy(clause, measure, page_bytes);
	if (remedy)
		json_put(object, "would_hold", json_string(remedy));
	free(remedy);
	return object;
}

static json_t *finding_object(const struct expectation *expectation,
			      const struct snapshot *snapshot, const struct expect_finding *finding)
{
	json_t *object = json_object(), *clauses = json_array();
	size_t i;

	json_put(object, "verdict", json_string(expect_verdict_name(finding->verdict)));
	json_put_count(object, "pid", finding->process->facts.pid);
	json_put(object, "array",
		 finding->row ? json_array_row(snapshot, finding->process, finding->row)
			      : json_null());
	for (i = 0; i < expectation->clause_count; i++)
		json_array_append_new(clauses,
				      clause_object(&expectation->clauses[i], &finding->measures[i],
						    snapshot->environment.page_bytes));
	json_put(object, "clauses", clauses);
	return object;
}

static json_t *item_object(const struct checks *checks, const struct check_item *item)
{
	const struct expectation *expectation = &item->expectation;
	json_t *object = json_object(), *findings = json_array();
	size_t i;

	json_put_text(object, "text", expectation->text);
	json_put_text(object, "source", item->source);
	json_put(object, "at", expectation->at ? json_text(expectation->at) : json_null());
	json_put(object, "verdict", json_string(expect_verdict_name(item->result.verdict)));
	json_put_count(object, "times", item->times);
	json_put(object, "reason",
		 item->result.reason ? json_text(item->result.reason) : json_null());
	for (i = 0; i < item->result.count; i++)
		json_array_append_new(findings,
				      finding_object(expectation,
						     checks->moments[item->moment].snapshot,
						     &item->result.findings[i]));
	json_put(object, "findings", findings);
	return object;
}

static json_t *command_object(const struct checks *checks)
{
	json_t *object;

	if (!checks->has_command)
		return json_null();
	object = json_object();
	json_put(object, "verdict",
		 json_string(expect_verdict_name(checks__status_verdict(checks))));
	json_put(object, "status", checks->status < 0 ? json_null() : json_integer(checks->status));
	json_put(object, "expected_status",
		 checks->expected_status < 0 ? json_null() : json_integer(checks->expected_status));
	return object;
}

int check_render_json(const struct checks *checks, FILE *out)
{
	json_t *object = json_object(), *items = json_array();
	size_t i;

	json_put(object, "schema", json_string("pagewatch/1"));
	json_put(object, "kind", json_string("check"));
	json_put(object, "version", json_string(PAGEWATCH_VERSION));
	json_put(object, "verdict", json_string(expect_verdict_name(checks__verdict(checks))));
	json_put(object, "command", command_object(checks));
	for (i = 0; i < checks->count; i++)
		json_array_append_new(items, item_object(checks, &checks->items[i]));
	json_put(object, "expectations", items);
	return json_print(object, out);
}
