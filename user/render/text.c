/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The whole report: header, processes, what pagewatch cost, what it could not see. */
#include "render/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "render/text_priv.h"

static void put_header(const struct text *text)
{
	const struct snapshot *snapshot = text->snapshot;
	const struct environment *environment = &snapshot->header.environment;
	char words[512];

	snprintf(words, sizeof(words),
		 "pagewatch %s: %s tier, backend %s, page reader %s; Linux %s %s, THP %s, "
		 "%" PRIu64 ".%" PRIu64 " s",
		 snapshot->header.version, snapshot->header.tier, snapshot->header.backend,
		 snapshot->header.page_reader, environment->kernel, environment->machine,
		 *environment->thp ? environment->thp : "none",
		 snapshot->header.since_start_ns / 1000000000u,
		 snapshot->header.since_start_ns / 100000000u % 10u);
	text_style(text, STYLE_DIM);
	text_wrap(text, 0, words);
	text_style(text, STYLE_PLAIN);
}

static void put_process_header(const struct text *text)
{
	const struct process_facts *facts = &text->process->header.facts;
	char comm[128], runtime[512], words[1024];

	snprintf(words, sizeof(words), "%s (%" PRIu32 ")%s%s%s",
		 format_name(facts->comm, comm, sizeof(comm)), facts->pid,
		 *facts->runtime ? "  " : "", format_name(facts->runtime, runtime, sizeof(runtime)),
		 text->process->header.exited ? "  has ended" : "");
	if (text->view->detail || text->process != text->snapshot->processes)
		fputc('\n', text->out);
	text_style(text, STYLE_HEAD);
	text_wrap(text, 0, words);
	text_style(text, STYLE_PLAIN);
}

static bool knows_touch(const struct snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->process_count; i++) {
		if (snapshot->processes[i].header.faults_known)
			return true;
	}
	return false;
}

static int put_process(const struct text *text)
{
	int err = 0;

	put_process_header(text);
	if (!text->process->header.exited || text->process->region_count)
		err = text_rows(text);
	return err ? err : text_ledger(text);
}

static void put_rest(const struct text *text)
{
	const struct processes_rest *rest = &text->snapshot->header.rest;
	char count[FORMAT_COUNT_MAX], resident[FORMAT_BYTES_MAX], words[256];

	if (!rest->count)
		return;
	snprintf(words, sizeof(words), "%s more processes have ended, with %s resident in all",
		 format_count(rest->count, count),
		 format_bytes(rest->resident_pages * text->page_bytes, resident));
	fputc('\n', text->out);
	text_wrap(text, 0, words);
}

static void put_own_cost(const struct text *text)
{
	const struct moment_header *header = &text->snapshot->header;
	char rss[FORMAT_BYTES_MAX], bpf[FORMAT_BYTES_MAX], words[512];

	snprintf(words, sizeof(words),
		 "pagewatch itself: CPU %" PRIu64 ".%02" PRIu64 " s, RSS %s, in the kernel %s",
		 header->self_cpu_ns / 1000000000u, header->self_cpu_ns / 10000000u % 100u,
		 format_bytes(header->self_rss_bytes, rss),
		 format_bytes(header->self_bpf_bytes, bpf));
	text_wrap(text, 0, words);
}

/* Always, and last: the end of a report is what a terminal shows. */
static void put_losses(const struct text *text)
{
	const struct losses *losses = &text->snapshot->header.losses;
	char loss[LOSS_SENTENCE_MAX], words[512];
	size_t i;

	for (i = 0; i < LOSS_KINDS; i++) {
		if (!losses->count[i])
			continue;
		snprintf(words, sizeof(words), "INCOMPLETE: %s",
			 loss_sentence((enum loss)i, losses->count[i], loss));
		text_style(text, STYLE_ALARM);
		text_wrap(text, 0, words);
		text_style(text, STYLE_PLAIN);
	}
}

static void put_footer(const struct text *text)
{
	const struct moment_header *header = &text->snapshot->header;
	size_t i;

	text_style(text, STYLE_DIM);
	if (text->view->detail)
		put_own_cost(text);
	for (i = 0; i < header->missing_count; i++)
		text_wrap(text, 0, header->missing[i]);
	text_style(text, STYLE_PLAIN);
	put_losses(text);
}

int text_render(const struct snapshot *snapshot, const struct view *view, FILE *out)
{
	struct text text = {
		.snapshot = snapshot,
		.view = view,
		.layout = text_layout(view->width),
		.page_bytes = snapshot->header.environment.page_bytes,
		.out = out,
	};
	size_t i;
	int err = 0;

	if (!knows_touch(snapshot))
		text_layout_without_touch(&text.layout);
	if (view->detail)
		put_header(&text);
	for (i = 0; !err && i < snapshot->process_count; i++) {
		text.process = &snapshot->processes[i];
		err = put_process(&text);
	}
	if (err)
		return err;
	put_rest(&text);
	if (text.process)
		text_legend(&text);
	err = text_sampled(&text);
	if (err)
		return err;
	put_footer(&text);
	return ferror(out) ? -EIO : 0;
}
