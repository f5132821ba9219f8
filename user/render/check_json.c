/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include <errno.h>
#include <stdlib.h>

#include "render/check.h"
#include "render/json_rows.h"
#include "version.h"

static void put_clause(struct json_out *json, const struct expect_clause *clause,
		       const struct expect_measure *measure, uint64_t page_bytes)
{
	char name[64];
	char *remedy;

	snprintf(name, sizeof(name), "%s%s", clause->interior ? "interior_" : "",
		 expect_metric_name(clause->metric));
	json_open(json, NULL, '{');
	json_words(json, "metric", name);
	if (measure->unknown) {
		json_words(json, "unknown", measure->unknown);
		json_close(json, '}');
		return;
	}
	json_count(json, "value", measure->value);
	if (clause->value.relative)
		json_count(json, "before", measure->before);
	json_count(json, "base", measure->base);
	json_bool(json, "holds", measure->holds);
	remedy = expect_remedy(clause, measure, page_bytes);
	if (remedy)
		json_words(json, "would_hold", remedy);
	free(remedy);
	json_close(json, '}');
}

static void put_finding(struct json_out *json, const struct expectation *expectation,
			const struct snapshot *snapshot, const struct expect_finding *finding)
{
	const struct json_known known = json_known_of(snapshot, finding->process, true);
	size_t i;

	json_open(json, NULL, '{');
	json_words(json, "verdict", expect_verdict_name(finding->verdict));
	json_count(json, "pid", finding->process->header.facts.pid);
	if (finding->row)
		json_array(json, "array", finding->row, &known);
	else
		json_null(json, "array");
	json_open(json, "clauses", '[');
	for (i = 0; i < expectation->clause_count; i++)
		put_clause(json, &expectation->clauses[i], &finding->measures[i],
			   snapshot->header.environment.page_bytes);
	json_close(json, ']');
	json_close(json, '}');
}

static void put_item(struct json_out *json, const struct check_item *item)
{
	const struct expectation *expectation = &item->expectation;
	size_t i;

	json_open(json, NULL, '{');
	json_text(json, "text", expectation->text);
	json_text(json, "source", item->source);
	json_text(json, "at", expectation->at);
	json_words(json, "verdict", expect_verdict_name(item->result.verdict));
	json_count(json, "times", item->times);
	json_text(json, "reason", item->result.reason);
	json_open(json, "findings", '[');
	for (i = 0; i < item->result.count; i++)
		put_finding(json, expectation, &item->moment->rows, &item->result.findings[i]);
	json_close(json, ']');
	json_close(json, '}');
}

static void put_command(struct json_out *json, const struct checks *checks)
{
	if (!checks->has_command) {
		json_null(json, "command");
		return;
	}
	json_open(json, "command", '{');
	json_words(json, "verdict", expect_verdict_name(checks__status_verdict(checks)));
	json_count_if(json, "status", checks->status >= 0, (uint64_t)checks->status);
	json_count_if(json, "expected_status", checks->expected_status >= 0,
		      (uint64_t)checks->expected_status);
	json_close(json, '}');
}

int check_render_json(const struct checks *checks, FILE *out)
{
	struct json_out json = { .out = out };
	size_t i;

	json_open_report(&json, NULL, "check", PAGEWATCH_VERSION);
	json_words(&json, "verdict", expect_verdict_name(checks__verdict(checks)));
	put_command(&json, checks);
	json_open(&json, "expectations", '[');
	for (i = 0; i < checks->count; i++)
		put_item(&json, &checks->items[i]);
	json_close(&json, ']');
	json_close(&json, '}');
	return json_end(&json);
}
