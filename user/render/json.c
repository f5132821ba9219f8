/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The snapshot object, version 1. */
#include "render/json.h"

#include <string.h>
#include <time.h>

#include "render/json_out.h"
#include "render/json_process.h"

static void put_time(struct json_out *json, uint64_t unix_ns)
{
	time_t seconds = (time_t)(unix_ns / 1000000000u);
	char text[64], whole[32] = "";
	struct tm utc;

	if (gmtime_r(&seconds, &utc))
		strftime(whole, sizeof(whole), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(text, sizeof(text), "%s.%09uZ", whole, (unsigned int)(unix_ns % 1000000000u));
	json_words(json, "time", text);
}

static void put_losses(struct json_out *json, const struct losses *lost)
{
	char sentence[LOSS_SENTENCE_MAX];
	size_t i;

	json_open(json, "incomplete_reasons", '[');
	for (i = 0; i < LOSS_KINDS; i++) {
		if (lost->count[i])
			json_words(json, NULL,
				   loss_sentence((enum loss)i, lost->count[i], sentence));
	}
	json_close(json, ']');
	json_open(json, "losses", '{');
	for (i = 0; i < LOSS_KINDS; i++)
		json_count(json, loss_kind((enum loss)i)->key, lost->count[i]);
	json_close(json, '}');
}

static void put_self(struct json_out *json, const struct snapshot *snapshot)
{
	json_open(json, "self", '{');
	json_count(json, "cpu_ns", snapshot->header.self_cpu_ns);
	json_count(json, "rss_bytes", snapshot->header.self_rss_bytes);
	json_count(json, "bpf_bytes", snapshot->header.self_bpf_bytes);
	json_close(json, '}');
}

static void put_header(struct json_out *json, const struct snapshot *snapshot)
{
	size_t i;

	json_words(json, "tier", snapshot->header.tier);
	json_words(json, "backend", snapshot->header.backend);
	json_words(json, "call_hooks", snapshot->header.call_hooks);
	json_words(json, "page_reader", snapshot->header.page_reader);
	json_open(json, "merged", '[');
	for (i = 0; i < snapshot->header.merged_count; i++)
		json_words(json, NULL, snapshot->header.merged[i]);
	json_close(json, ']');
	json_open(json, "missing", '[');
	for (i = 0; i < snapshot->header.missing_count; i++)
		json_words(json, NULL, snapshot->header.missing[i]);
	json_close(json, ']');
	json_environment(json, "environment", &snapshot->header.environment);
	put_time(json, snapshot->header.time_unix_ns);
	json_count(json, "since_start_ns", snapshot->header.since_start_ns);
	json_words(json, "reason", moment_reason_name(snapshot->header.reason));
	json_text(json, "checkpoint", snapshot->header.checkpoint);
	json_count(json, "max_hold_ns", snapshot->header.max_hold_ns);
	json_bool(json, "complete", snapshot->header.complete);
	put_losses(json, &snapshot->header.losses);
	put_self(json, snapshot);
}

/* Faults are known in the faults tier. */
static void put_rest(struct json_out *json, const struct snapshot *snapshot)
{
	const struct processes_rest *rest = &snapshot->header.rest;
	bool faults = strcmp(snapshot->header.tier, "scan") != 0;

	json_open(json, "processes_rest", '{');
	json_count(json, "processes", rest->count);
	json_count(json, "looked_at", rest->looked_at);
	json_count(json, "resident_pages", rest->resident_pages);
	json_count_if(json, "faults", faults, rest->faults.user + rest->faults.kernel);
	json_count_if(json, "ended_pages", faults, rest->ended_pages);
	json_close(json, '}');
}

void json_open_snapshot(struct json_out *json, const char *key, const struct snapshot *snapshot,
			const struct view *view)
{
	size_t i;

	json_open_report(json, key, "snapshot", snapshot->header.version);
	put_header(json, snapshot);
	json_open(json, "processes", '[');
	for (i = 0; i < snapshot->process_count && !ferror(json->out); i++)
		json_process(json, snapshot, &snapshot->processes[i], view);
	json_close(json, ']');
	put_rest(json, snapshot);
}

void json_put_snapshot(struct json_out *json, const char *key, const struct snapshot *snapshot,
		       const struct view *view)
{
	json_open_snapshot(json, key, snapshot, view);
	json_close(json, '}');
}

int json_render_snapshot(const struct snapshot *snapshot, const struct view *view, FILE *out)
{
	struct json_out json = { .out = out };

	json_put_snapshot(&json, NULL, snapshot, view);
	return json_end(&json);
}
