/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The verdicts for people; a failure shows the row, its heatmap, and a value that would hold. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/format.h"
#include "render/array_name.h"
#include "render/check.h"
#include "render/text_priv.h"

#define INDENT 9u
#define FINDINGS_SHOWN 10u

static void put_verdict(const struct text *text, enum expect_verdict verdict)
{
	static const char *const words[] = { "ok       ", "FAILED   ", "unknown  " };

	text_style(text, verdict == EXPECT_HOLDS ? STYLE_PLAIN : STYLE_ALARM);
	fputs(words[verdict], text->out);
	text_style(text, STYLE_PLAIN);
}

static void put_line(const struct text *text, const char *line)
{
	char safe[1024];

	text_wrap(text, INDENT, format_line(line, safe, sizeof(safe)));
}

/* The name, its process if there are several, the heatmap, the sentence. */
static void put_row(const struct text *text, const struct expect_finding *finding)
{
	char name[512], line[768];

	snprintf(line, sizeof(line), "%s%s(process %" PRIu32 ")",
		 finding->row ? array_name_safe(&finding->row->desc, finding->row->desc.name, name,
						sizeof(name))
			      : "",
		 finding->row ? " " : "", finding->process->header.facts.pid);
	put_line(text, line);
	if (!finding->row)
		return;
	if (finding->row->heat.cells) {
		fprintf(text->out, "%*s", INDENT, "");
		text_heat(text, &finding->row->heat);
		fputc('\n', text->out);
	}
	if (finding->row->explain)
		put_line(text, finding->row->explain);
}

static int put_remedies(const struct text *text, const struct expectation *expectation,
			const struct expect_finding *finding)
{
	char line[256];
	size_t i;

	for (i = 0; i < expectation->clause_count; i++) {
		const struct expect_measure *measure = &finding->measures[i];
		char *remedy;

		if (measure->unknown || measure->holds)
			continue;
		remedy = expect_remedy(&expectation->clauses[i], measure, text->page_bytes);
		if (remedy) {
			snprintf(line, sizeof(line), "would hold: %s", remedy);
			put_line(text, line);
		}
		free(remedy);
	}
	return 0;
}

static int put_finding(const struct text *text, const struct expectation *expectation,
		       const struct expect_finding *finding)
{
	char *words = check_describe(expectation, finding, text->page_bytes);

	if (!words)
		return -ENOMEM;
	if (finding->verdict != EXPECT_HOLDS)
		put_row(text, finding);
	put_line(text, words);
	free(words);
	return put_remedies(text, expectation, finding);
}

static int put_item(struct text *text, const struct check_item *item)
{
	const struct expect_result *result = &item->result;
	char line[1024];
	size_t i, shown = 0, hidden = 0;
	int err = 0;

	put_verdict(text, result->verdict);
	fprintf(text->out, "%s\n", format_line(item->expectation.text, line, sizeof(line)));
	if (item->times)
		text->page_bytes = item->moment->rows.header.environment.page_bytes;
	for (i = 0; !err && i < result->count; i++) {
		const struct expect_finding *finding = &result->findings[i];

		/* Rows that hold are only counted. */
		if (finding->verdict != result->verdict || shown == FINDINGS_SHOWN) {
			hidden++;
			continue;
		}
		shown++;
		err = put_finding(text, &item->expectation, finding);
	}
	if (hidden) {
		snprintf(line, sizeof(line), "and %zu more rows", hidden);
		put_line(text, line);
	}
	if (result->reason)
		put_line(text, result->reason);
	return err;
}

static void put_status(const struct text *text, const struct checks *checks)
{
	if (!checks->has_command || checks->expected_status < 0)
		return;
	put_verdict(text, checks__status_verdict(checks));
	if (checks->status < 0)
		fprintf(text->out, "the end of the command was not seen\n");
	else if (checks->status == checks->expected_status)
		fprintf(text->out, "the command exits %d\n", checks->expected_status);
	else
		fprintf(text->out, "the command exits %d, %d was expected\n", checks->status,
			checks->expected_status);
}

int check_render_text(const struct checks *checks, const struct view *view, FILE *out)
{
	struct text text = {
		.view = view,
		.layout = text_layout(view->width),
		.out = out,
	};
	size_t i;
	int err = 0;

	text.layout.heat_width = view->width - INDENT;
	put_status(&text, checks);
	for (i = 0; !err && i < checks->count; i++)
		err = put_item(&text, &checks->items[i]);
	fprintf(out, "%zu hold, %zu failed, %zu unknown\n", checks__tally(checks, EXPECT_HOLDS),
		checks__tally(checks, EXPECT_FAILS), checks__tally(checks, EXPECT_UNKNOWN));
	return err ? err : ferror(out) ? -EIO : 0;
}
