/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What was seen before the end: the polls of RSS, the peak, and the moments if they were asked for. */
#include "render/json_sampled.h"

#include "model/sampled.h"
#include "render/json.h"
#include "render/json_out.h"

static void put_reasons(struct json_out *json, const char *key, const uint64_t *counts)
{
	enum moment_reason reason;

	json_open(json, key, '{');
	for (reason = 0; reason < MOMENT_END; reason++)
		json_count(json, moment_reason_name(reason), counts[reason]);
	json_close(json, '}');
}

static void put_sampling(struct json_out *json, const struct sampled *sampled)
{
	json_open(json, "sampling", '{');
	json_count(json, "polls", sampled->polls);
	json_count(json, "poll_period_ns", sampled->poll_period_ns);
	json_count(json, "poll_cpu_ns", sampled->poll_cpu_ns);
	json_count_if(json, "highest_rss_pages", sampled->highest_pages != 0,
		      sampled->highest_pages);
	json_count_if(json, "highest_rss_ns", sampled->highest_pages != 0, sampled->highest_ns);
	put_reasons(json, "taken", sampled->taken);
	put_reasons(json, "dropped", sampled->dropped);
	json_count(json, "failed", sampled->failed);
	json_count(json, "missed", sampled->missed);
	json_count(json, "moments_ns", sampled->ns);
	json_count(json, "longest_ns", sampled->longest_ns);
	json_count(json, "moments_cpu_ns", sampled->cpu_ns);
	json_count(json, "moments_bytes", sampled->bytes);
	json_close(json, '}');
}

static void put_moment(struct json_out *json, const char *key, const struct moment *moment,
		       const struct view *view)
{
	struct snapshot snapshot;
	int err = snapshot__of(moment, view, &snapshot);

	if (!err)
		json_put_snapshot(json, key, &snapshot, view);
	else
		json->err = err;
	snapshot__deinit(&snapshot);
}

static void put_all(struct json_out *json, const struct moments *all, const struct view *view)
{
	const struct moment *moment;
	size_t i;
	int err = 0;

	json_open(json, "moments", '[');
	for (i = 0; !err && i < all->count; i++) {
		err = all->at(all->from, i, &moment);
		if (!err)
			put_moment(json, NULL, moment, view);
	}
	if (err)
		json->err = err;
	json_close(json, ']');
}

static void put_sampled(struct json_out *json, const struct view *view)
{
	const struct sampled *sampled = view->sampled;
	struct view before = *view;

	before.sampled = NULL;
	put_sampling(json, sampled);
	if (sampled->peak)
		put_moment(json, "peak", sampled->peak, &before);
	else
		json_null(json, "peak");
	if (sampled->all)
		put_all(json, sampled->all, &before);
}

int json_render_end(const struct snapshot *snapshot, const struct view *view, FILE *out)
{
	struct json_out json = { .out = out };

	json_open_snapshot(&json, NULL, snapshot, view);
	put_sampled(&json, view);
	json_close(&json, '}');
	return json_end(&json);
}
