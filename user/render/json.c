/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The snapshot object, version 1. */
#include "render/json.h"

#include <time.h>

#include "render/json_process.h"
#include "render/json_write.h"

static json_t *time_text(uint64_t unix_ns)
{
	time_t seconds = (time_t)(unix_ns / 1000000000u);
	char text[64], whole[32];
	struct tm utc;

	if (!gmtime_r(&seconds, &utc) || !strftime(whole, sizeof(whole), "%Y-%m-%dT%H:%M:%S", &utc))
		return NULL;
	snprintf(text, sizeof(text), "%s.%09uZ", whole, (unsigned int)(unix_ns % 1000000000u));
	return json_string(text);
}

static json_t *losses(const struct losses *lost)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < LOSS_KINDS; i++)
		json_put_count(object, loss_kind((enum loss)i)->key, lost->count[i]);
	return object;
}

static json_t *incomplete_reasons(const struct losses *lost)
{
	char sentence[LOSS_SENTENCE_MAX];
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < LOSS_KINDS; i++) {
		if (lost->count[i])
			json_array_append_new(
				array,
				json_string(loss_sentence((enum loss)i, lost->count[i], sentence)));
	}
	return array;
}

static json_t *self(const struct snapshot *snapshot)
{
	json_t *object = json_object();

	json_put_count(object, "cpu_ns", snapshot->self_cpu_ns);
	json_put_count(object, "rss_bytes", snapshot->self_rss_bytes);
	json_put_count(object, "bpf_bytes", snapshot->self_bpf_bytes);
	return object;
}

static json_t *strings(const char *const *texts, size_t count)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; array && i < count; i++)
		json_array_append_new(array, json_string(texts[i]));
	return array;
}

static void put_header(json_t *object, const struct snapshot *snapshot)
{
	json_put(object, "schema", json_string("pagewatch/1"));
	json_put(object, "kind", json_string("snapshot"));
	json_put(object, "version", json_string(snapshot->version));
	json_put(object, "tier", json_string(snapshot->tier));
	json_put(object, "backend", json_string(snapshot->backend));
	json_put(object, "page_reader", json_string(snapshot->page_reader));
	json_put(object, "merged", strings(snapshot->merged, snapshot->merged_count));
	json_put(object, "environment", json_environment(&snapshot->environment));
	json_put(object, "time", time_text(snapshot->time_unix_ns));
	json_put_count(object, "since_start_ns", snapshot->since_start_ns);
	json_put_count(object, "max_hold_ns", snapshot->max_hold_ns);
	json_put_bool(object, "complete", snapshot->complete);
	json_put(object, "incomplete_reasons", incomplete_reasons(&snapshot->losses));
	json_put(object, "losses", losses(&snapshot->losses));
	json_put(object, "self", self(snapshot));
}

int json_render_snapshot(const struct snapshot *snapshot, FILE *out)
{
	json_t *object = json_object(), *processes = json_array();
	size_t i;

	put_header(object, snapshot);
	for (i = 0; i < snapshot->process_count; i++)
		json_array_append_new(processes, json_process(snapshot, &snapshot->processes[i]));
	json_put(object, "processes", processes);
	return json_print(object, out);
}
