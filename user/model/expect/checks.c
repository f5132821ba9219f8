/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/expect/checks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/format.h"
#include "model/moment_lists.h"
#include "base/text.h"
#include "model/expect/expect_priv.h"

int checks__add(struct checks *checks, const char *text, const char *source,
		struct expect_error *error)
{
	struct check_item *item;
	int err;

	err = array_reserve((void **)&checks->items, &checks->capacity, checks->count + 1,
			    sizeof(*checks->items));
	if (err)
		return err;
	item = &checks->items[checks->count++];
	*item = (struct check_item){ .source = strdup(source) };
	if (!item->source)
		return -ENOMEM;
	err = expectation__parse(text, &item->expectation, error);
	return err;
}

static void free_moment(struct check_moment *moment)
{
	if (!moment)
		return;
	free(moment->name);
	snapshot__deinit(&moment->rows);
	moment__deinit(&moment->facts);
	free(moment);
}

void checks__deinit(struct checks *checks)
{
	size_t i;

	for (i = 0; i < checks->count; i++) {
		expectation__deinit(&checks->items[i].expectation);
		expect_result__deinit(&checks->items[i].result);
		free(checks->items[i].source);
	}
	for (i = 0; i < checks->moment_count; i++)
		free_moment(checks->moments[i]);
	free(checks->items);
	free(checks->moments);
}

bool checks__need_faults(const struct checks *checks)
{
	size_t i;

	for (i = 0; i < checks->count; i++) {
		if (expectation__needs_faults(&checks->items[i].expectation))
			return true;
	}
	return false;
}

bool checks__need_checkpoints(const struct checks *checks)
{
	size_t i;

	for (i = 0; i < checks->count; i++) {
		if (checks->items[i].expectation.at || checks->items[i].expectation.since)
			return true;
	}
	return false;
}

bool checks__grow_until_end(const struct checks *checks)
{
	size_t i;

	for (i = 0; i < checks->count; i++) {
		if (checks->items[i].expectation.since && !checks->items[i].expectation.at)
			return true;
	}
	return false;
}

bool checks__all_judged(const struct checks *checks)
{
	size_t i;

	for (i = 0; i < checks->count; i++) {
		if (!checks->items[i].times)
			return false;
	}
	return true;
}

static bool same_name(const char *left, const char *right)
{
	return left && right ? !strcmp(left, right) : left == right;
}

/* A checkpoint's snapshot contains only the process that reached it. */
static uint32_t pid_of(const struct check_moment *moment)
{
	return moment->facts.process_count ? moment->facts.processes[0].header.facts.pid : 0;
}

struct past {
	const struct checks *checks;
	const char *name;
};

/* The last moment, before the newest, in which this process reached a checkpoint. */
static const struct snapshot *find_past(void *ctx, uint32_t pid)
{
	const struct past *past = ctx;
	size_t i;

	for (i = past->checks->moment_count - 1; i-- > 0;) {
		const struct check_moment *moment = past->checks->moments[i];

		if (!moment->superseded && same_name(moment->name, past->name) &&
		    pid_of(moment) == pid)
			return &moment->rows;
	}
	return NULL;
}

static int judge_item(struct checks *checks, struct check_item *item)
{
	const struct expectation *expectation = &item->expectation;
	const struct check_moment *now = checks->moments[checks->moment_count - 1];
	struct past past = { checks, expectation->since };
	struct expect_result result;
	int err;

	err = expectation__judge(expectation, &now->rows, &(struct expect_past){ find_past, &past },
				 &result);
	/* A failed or unknown verdict stays, whatever later visits give. */
	if (!err && (!item->times || item->result.verdict == EXPECT_HOLDS ||
		     (item->result.verdict == EXPECT_UNKNOWN && result.verdict == EXPECT_FAILS))) {
		expect_result__deinit(&item->result);
		item->result = result;
		item->moment = now;
	} else {
		expect_result__deinit(&result);
	}
	item->times++;
	return err;
}

static bool is_needed(const struct checks *checks, const struct check_moment *moment)
{
	size_t i;

	for (i = 0; i < checks->count; i++) {
		const struct check_item *item = &checks->items[i];

		if (item->moment == moment)
			return true;
		if (!moment->superseded && moment->name && item->expectation.since &&
		    !strcmp(item->expectation.since, moment->name))
			return true;
	}
	return false;
}

/* A checkpoint in a loop must not fill memory. */
static void drop_unneeded(struct checks *checks)
{
	const struct check_moment *now = checks->moments[checks->moment_count - 1];
	size_t i, kept = 0;

	for (i = 0; i < checks->moment_count; i++) {
		struct check_moment *moment = checks->moments[i];

		if (moment != now && same_name(moment->name, now->name) &&
		    pid_of(moment) == pid_of(now))
			moment->superseded = true;
	}
	for (i = 0; i < checks->moment_count; i++) {
		if (is_needed(checks, checks->moments[i]))
			checks->moments[kept++] = checks->moments[i];
		else
			free_moment(checks->moments[i]);
	}
	checks->moment_count = kept;
}

/* Kept moments of a process have what is equal in them only once. */
static int share_with_past(const struct checks *checks, struct check_moment *moment)
{
	size_t i;

	if (!checks__need_checkpoints(checks))
		return 0;
	for (i = checks->moment_count; i-- > 0;) {
		if (pid_of(checks->moments[i]) == pid_of(moment))
			return moment__share(&moment->facts, &checks->moments[i]->facts);
	}
	return moment__share(&moment->facts, NULL);
}

/* Takes the facts over, even on failure. */
static int new_moment(const struct checks *checks, const char *name, struct moment *facts,
		      struct check_moment **ret)
{
	struct check_moment *moment = calloc(1, sizeof(*moment));
	int err = moment ? 0 : -ENOMEM;

	*ret = moment;
	if (!moment) {
		moment__deinit(facts);
		return err;
	}
	moment->facts = *facts;
	*facts = (struct moment){ 0 };
	if (name) {
		moment->name = strdup(name);
		err = moment->name ? 0 : -ENOMEM;
	}
	if (!err)
		err = share_with_past(checks, moment);
	return err ? err : snapshot__of(&moment->facts, &checks->view, &moment->rows);
}

int checks__judge(struct checks *checks, const char *name, struct moment *facts)
{
	struct check_moment *moment;
	size_t i;
	int err;

	err = new_moment(checks, name, facts, &moment);
	if (!err)
		err = array_reserve((void **)&checks->moments, &checks->moment_capacity,
				    checks->moment_count + 1, sizeof(*checks->moments));
	if (err) {
		free_moment(moment);
		return err;
	}
	checks->moments[checks->moment_count++] = moment;
	for (i = 0; !err && i < checks->count; i++) {
		if (same_name(checks->items[i].expectation.at, name))
			err = judge_item(checks, &checks->items[i]);
	}
	drop_unneeded(checks);
	return err;
}

int checks__finish(struct checks *checks)
{
	size_t i;

	for (i = 0; i < checks->count; i++) {
		struct check_item *item = &checks->items[i];

		if (item->times)
			continue;
		item->result.verdict = EXPECT_UNKNOWN;
		item->result.reason = strdup(item->expectation.at ? "the checkpoint was not reached"
								  : "there was nothing to examine");
		if (!item->result.reason)
			return -ENOMEM;
	}
	return 0;
}

enum expect_verdict checks__status_verdict(const struct checks *checks)
{
	if (!checks->has_command || checks->expected_status < 0)
		return EXPECT_HOLDS;
	if (checks->status < 0)
		return EXPECT_UNKNOWN;
	return checks->status == checks->expected_status ? EXPECT_HOLDS : EXPECT_FAILS;
}

size_t checks__tally(const struct checks *checks, enum expect_verdict verdict)
{
	size_t count = checks->has_command && checks->expected_status >= 0 &&
		       checks__status_verdict(checks) == verdict;
	size_t i;

	for (i = 0; i < checks->count; i++)
		count += checks->items[i].result.verdict == verdict;
	return count;
}

enum expect_verdict checks__verdict(const struct checks *checks)
{
	if (checks__tally(checks, EXPECT_FAILS))
		return EXPECT_FAILS;
	return checks__tally(checks, EXPECT_UNKNOWN) ? EXPECT_UNKNOWN : EXPECT_HOLDS;
}

static void describe_measure(struct text_buffer *text, const struct expect_clause *clause,
			     const struct expect_measure *measure, uint64_t page_bytes)
{
	char value[FORMAT_COUNT_MAX], base[FORMAT_COUNT_MAX], bytes[FORMAT_BYTES_MAX];

	text_buffer__addf(text, "%s%s ", clause->interior ? "interior_" : "",
			  expect_metric_name(clause->metric));
	if (measure->unknown) {
		text_buffer__addf(text, "unknown: %s", measure->unknown);
		return;
	}
	text_buffer__addf(text, "is %s", format_count(measure->value, value));
	if (clause->metric == METRIC_FAULTS || clause->metric == METRIC_PAGES)
		text_buffer__add(text, clause->metric == METRIC_FAULTS ? "" : " pages");
	else if (expect_is_peak(clause->metric))
		text_buffer__addf(text, " pages (%s)",
				  format_bytes(measure->value * page_bytes, bytes));
	else
		text_buffer__addf(text, " of %s pages (%s)", format_count(measure->base, base),
				  format_bytes(measure->value * page_bytes, bytes));
	if (clause->value.relative)
		text_buffer__addf(text, ", was %s", format_count(measure->before, value));
}

char *check_describe(const struct expectation *expectation, const struct expect_finding *finding,
		     uint64_t page_bytes)
{
	struct text_buffer text = { 0 };
	char *words;
	size_t i;

	for (i = 0; i < expectation->clause_count; i++) {
		text_buffer__add(&text, i ? "; " : "");
		describe_measure(&text, &expectation->clauses[i], &finding->measures[i],
				 page_bytes);
	}
	return text_buffer__take(&text, &words) ? NULL : words;
}

int check_each_miss(const struct check_item *item,
		    void (*tell)(void *ctx, const char *name, const char *words), void *ctx)
{
	size_t i;

	for (i = 0; i < item->result.count; i++) {
		const struct expect_finding *finding = &item->result.findings[i];
		uint64_t page_bytes = item->moment->rows.header.environment.page_bytes;
		char *words;

		if (finding->verdict == EXPECT_HOLDS)
			continue;
		words = check_describe(&item->expectation, finding, page_bytes);
		if (!words)
			return -ENOMEM;
		tell(ctx, finding->row ? finding->row->desc.name : "process", words);
		free(words);
	}
	return 0;
}

const char *expect_verdict_name(enum expect_verdict verdict)
{
	static const char *const names[] = { "holds", "failed", "unknown" };

	return names[verdict];
}
