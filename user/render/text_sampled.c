/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The moments before the end: the one with the most resident memory beside it, and their list. */
#include <inttypes.h>

#include "base/format.h"
#include "model/diff/diff.h"
#include "model/peak_steps.h"
#include "model/sampled.h"
#include "render/diff.h"
#include "render/text_priv.h"

#define PEAK_ROWS 10u

static void put_heading(const struct text *text, const struct sampled *sampled)
{
	uint64_t at_ms = sampled->peak->header.since_start_ns / 1000000u;
	char bytes[FORMAT_BYTES_MAX], words[256];

	snprintf(words, sizeof(words),
		 "peak: %s were resident at %" PRIu64 ".%03" PRIu64 " s. From then to the end:",
		 format_bytes(sampled->peak_pages * text->page_bytes, bytes), at_ms / 1000,
		 at_ms % 1000);
	fputc('\n', text->out);
	text_wrap(text, 0, words);
}

static void put_count(const struct text *text, uint64_t value, const char *what)
{
	char count[FORMAT_COUNT_MAX], words[128];

	if (!value)
		return;
	snprintf(words, sizeof(words), "moments %s: %s", what, format_count(value, count));
	text_wrap(text, 0, words);
}

/* What no moment shows. */
static void put_gaps(const struct text *text, const struct sampled *sampled)
{
	uint64_t at_ms = sampled->highest_ns / 1000000u, dropped = 0;
	bool unseen = peak_step(text->page_bytes, sampled->shown_pages, sampled->highest_pages);
	char bytes[FORMAT_BYTES_MAX], words[128];
	int i;

	for (i = 0; i < MOMENT_REASONS; i++)
		dropped += sampled->dropped[i];
	put_count(text, dropped, "that were taken and not kept");
	put_count(text, sampled->failed, "that could not be taken");
	put_count(text, sampled->missed, "that came too late, as RSS had fallen again");
	if (unseen) {
		snprintf(words, sizeof(words),
			 "RSS was %s %" PRIu64 ".%03" PRIu64
			 " s after the start, and no moment shows it",
			 format_bytes(sampled->highest_pages * text->page_bytes, bytes),
			 at_ms / 1000, at_ms % 1000);
		text_wrap(text, 0, words);
	}
}

static int put_peak(const struct text *text, const struct sampled *sampled)
{
	static const struct diff_titles titles = { "AT PEAK", "AT END" };
	struct view view = *text->view;
	struct diff diff;
	int err;

	put_heading(text, sampled);
	if (!view.top)
		view.top = PEAK_ROWS;
	err = diff__of(sampled->peak, sampled->end, &view, &diff);
	if (!err)
		err = diff_text_processes(&diff, &titles, &view, text->out);
	diff__deinit(&diff);
	return err;
}

static int list_moments(const struct text *text, const struct moments *moments)
{
	fputc('\n', text->out);
	return text_moments(text, moments);
}

int text_sampled(const struct text *text)
{
	const struct sampled *sampled = text->view->sampled;
	int err = 0;

	if (!sampled)
		return 0;
	if (sampled->peak)
		err = put_peak(text, sampled);
	if (!err && sampled->all && sampled->all->count)
		err = list_moments(text, sampled->all);
	else if (!err && sampled->all)
		text_wrap(text, 0, "no moment was taken before the end");
	put_gaps(text, sampled);
	return err;
}
