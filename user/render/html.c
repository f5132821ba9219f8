/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The page's data stands in two elements that are no scripts: nodes (render/json_pack.h), and where
 * to begin. Names are in there and nowhere else in the page.
 */
#include "render/html.h"

#include <errno.h>
#include <inttypes.h>

#include "base/progress.h"
#include "model/ledger.h"
#include "render/html_files.h"
#include "render/html_pages.h"
#include "render/json.h"
#include "render/json_pack.h"

/* Of one process at one moment, and of all processes at all moments: a browser reads some 5 bytes each. */
#define RUNS_MAX 1000000u
#define RUNS_OF_ALL 20000000u
/* Of several moments in one page. */
#define MOMENTS_MAX 250u

/* What each of `count` may have of it. */
static uint64_t runs_of_one(uint64_t runs_max, size_t count)
{
	uint64_t share = runs_max / (count ? count : 1);

	return share < RUNS_MAX ? share : RUNS_MAX;
}

/* The moment as --json tells it without --detail, and its pages. */
static int put_moment(struct json_out *json, const struct moment *moment, const struct view *view,
		      uint64_t runs_max)
{
	struct view rows = *view;
	struct snapshot snapshot;
	size_t i;
	int err;

	rows.detail = rows.pages = false;
	rows.cells = rows.grid_columns = 0;
	err = snapshot__counts(moment, &snapshot);
	if (!err) {
		json_open(json, NULL, '{');
		json_put_snapshot(json, "snapshot", &snapshot, &rows);
		json_open(json, "pages", '[');
		for (i = 0; i < snapshot.process_count; i++)
			html_pages(json, &snapshot, &snapshot.processes[i],
				   runs_of_one(runs_max, snapshot.process_count));
		json_close(json, ']');
		json_close(json, '}');
		err = json->err;
	}
	snapshot__deinit(&snapshot);
	return err;
}

/* The first, the last, and as many between them as there is room for, evenly. */
static int put_moments(struct json_out *json, const struct moments *moments,
		       const struct view *view)
{
	size_t shown = moments->count < MOMENTS_MAX ? moments->count : MOMENTS_MAX, i;
	const struct moment *moment;
	int err = 0;

	progress_stage("writing the HTML file", shown > 1 ? shown : 0);
	json_open(json, NULL, '[');
	for (i = 0; !err && i < shown; i++) {
		size_t index = shown > 1 ? i * (moments->count - 1) / (shown - 1) : 0;

		err = moments->at(moments->from, index, &moment);
		if (!err)
			err = put_moment(json, moment, view, RUNS_OF_ALL / shown);
		progress_step(1);
	}
	json_close(json, ']');
	return err;
}

/* What a run's kind is made of. */
static void put_words(FILE *out)
{
	unsigned int i;

	fputs(",\"states\":[", out);
	for (i = 0; i < PAGE_STATES; i++)
		fprintf(out, "%s\"%s\"", i ? "," : "", page_state_name((enum page_state)i));
	fputs("],\"causes\":[", out);
	for (i = 0; i < LEDGER_CLASSES; i++)
		fprintf(out, "\"%s\",", ledger_class_name((enum ledger_class)i));
	fputs("null]", out);
}

static int put_data(const struct moments *moments, const struct view *view, FILE *out)
{
	struct json_pack *pack;
	struct json_out json;
	int err = json_pack__new(out, &json, &pack);

	fputs("<script type=\"application/json\" id=\"nodes\">[", out);
	if (!err)
		err = put_moments(&json, moments, view);
	fputs("]</script>\n<script type=\"application/json\" id=\"start\">{\"shapes\":", out);
	if (!err)
		err = json_pack__shapes(pack, out);
	if (!err)
		fprintf(out, ",\"moments\":%" PRIu64 ",\"taken\":%zu", json_pack__last(pack),
			moments->count);
	put_words(out);
	fputs("}</script>\n", out);
	json_pack__free(pack);
	return err;
}

int html_render(const struct moments *moments, const struct view *view, FILE *out)
{
	int err;

	html_put_head(out);
	err = put_data(moments, view, out);
	html_put_script(out);
	return !err && ferror(out) ? -EIO : err;
}
