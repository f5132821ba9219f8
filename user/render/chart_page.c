/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Losses, processes, legend, curve, and what was watched when and by what. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/format.h"
#include "render/chart_priv.h"

#define WHOLE (CHART_RIGHT - CHART_MARGIN)

static void put_losses(struct chart *chart, const struct losses *losses)
{
	char loss[LOSS_SENTENCE_MAX], words[LOSS_SENTENCE_MAX + 16];
	size_t i;

	chart_font(chart, FONT_BOLD);
	chart_ink(chart, INK_ALARM);
	for (i = 0; i < LOSS_KINDS; i++) {
		if (!losses->count[i])
			continue;
		snprintf(words, sizeof(words), "INCOMPLETE: %s",
			 loss_sentence((enum loss)i, losses->count[i], loss));
		chart_words(chart, words);
		chart->y += 3;
	}
	if (losses__any(losses))
		chart->y += 4;
}

/* Its program and runtime, as far as they are known. */
static void put_program(struct chart *chart, const struct process_header *header)
{
	char exe[CHART_TEXT_MAX], runtime[160], words[CHART_TEXT_MAX + 160];
	bool both = header->exe && *header->facts.runtime;

	snprintf(words, sizeof(words), "%s%s%s",
		 header->exe ? format_name(header->exe, exe, sizeof(exe)) : "", both ? ", " : "",
		 format_name(header->facts.runtime, runtime, sizeof(runtime)));
	if (!*words)
		return;
	chart_font(chart, FONT_PLAIN);
	chart_ink(chart, INK_DIM);
	chart_text(chart, CHART_MARGIN, WHOLE, words);
	chart->y += CHART_LINE;
}

static void put_title(struct chart *chart, const struct process_snapshot *process)
{
	const struct process_header *header = &process->header;
	char comm[128], rss[FORMAT_BYTES_MAX], words[192];

	chart_font(chart, FONT_TITLE);
	chart_ink(chart, INK_TEXT);
	snprintf(words, sizeof(words), "%s (%" PRIu32 ")%s",
		 format_name(header->facts.comm, comm, sizeof(comm)), header->facts.pid,
		 header->exited ? ", has ended" : "");
	chart_text(chart, CHART_MARGIN, WHOLE / 2.0, words);
	snprintf(words, sizeof(words), "RSS %s",
		 format_bytes(process->rss_pages * chart->page_bytes, rss));
	chart_text_right(chart, CHART_RIGHT, words);
	chart->y += CHART_LINE + 2;
	put_program(chart, header);
}

static int put_process(struct chart *chart, const struct process_snapshot *process)
{
	const struct text_buffer *missing = &process->header.names_missing;
	char words[CHART_TEXT_MAX];
	int err = 0;

	put_title(chart, process);
	if (process->region_count)
		err = chart_rows(chart, process);
	if (missing->length) {
		chart_font(chart, FONT_PLAIN);
		chart_ink(chart, INK_ALARM);
		chart_words(chart, format_line(missing->text, words, sizeof(words)));
	}
	chart->y += CHART_LINE / 2.0;
	return err;
}

static int put_processes(struct chart *chart)
{
	const struct snapshot *snapshot = chart->snapshot;
	size_t i, shown = snapshot->process_count;
	char count[FORMAT_COUNT_MAX], words[64];
	bool touches = false;
	int err = 0;

	shown = shown < CHART_PROCESSES_MAX ? shown : CHART_PROCESSES_MAX;
	for (i = 0; !err && i < shown; i++) {
		err = put_process(chart, &snapshot->processes[i]);
		touches = touches || snapshot->processes[i].header.faults_known;
	}
	chart_legend(chart, touches);
	if (shown < snapshot->process_count) {
		snprintf(words, sizeof(words), "%s more process%s",
			 format_count(snapshot->process_count - shown, count),
			 snapshot->process_count - shown == 1 ? "" : "es");
		chart_ink(chart, INK_TEXT);
		chart_text(chart, CHART_MARGIN, WHOLE, words);
		chart->y += CHART_LINE;
	}
	return err;
}

static void put_footer(struct chart *chart)
{
	const struct moment_header *header = &chart->snapshot->header;
	time_t now = (time_t)(header->time_unix_ns / 1000000000u);
	uint64_t ms = header->since_start_ns / 1000000u;
	char date[32] = "", name[128], words[512], safe[CHART_TEXT_MAX];
	struct tm utc;

	if (gmtime_r(&now, &utc))
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S UTC", &utc);
	snprintf(words, sizeof(words),
		 "pagewatch %s; %s; moment %zu of %zu (%s%s%s), %" PRIu64 ".%03" PRIu64
		 " s after the start; %s tier; Linux %s, %s, pages of %" PRIu64 " KiB",
		 header->version, date, chart->moment + 1, chart->moment_count,
		 moment_reason_name(header->reason), header->checkpoint ? " " : "",
		 header->checkpoint ? format_name(header->checkpoint, name, sizeof(name)) : "",
		 ms / 1000, ms % 1000, header->tier, header->environment.kernel,
		 header->environment.machine, chart->page_bytes / 1024);
	chart->y += 2;
	chart_rule(chart, CHART_MARGIN, chart->y, WHOLE);
	chart_font(chart, FONT_SMALL);
	chart_ink(chart, INK_DIM);
	chart_text(chart, CHART_MARGIN, WHOLE, format_line(words, safe, sizeof(safe)));
	chart->y += CHART_LINE;
}

int chart_page(struct chart *chart)
{
	int err;

	chart_ink(chart, INK_PAPER);
	chart->calls->paint(chart->cairo);
	chart->y = CHART_MARGIN;
	put_losses(chart, &chart->snapshot->header.losses);
	err = put_processes(chart);
	chart->y += 4;
	chart_curve(chart);
	put_footer(chart);
	chart->y += CHART_MARGIN / 2.0;
	return err;
}
