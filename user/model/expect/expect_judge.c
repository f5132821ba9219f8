/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which rows an expectation concerns, and the result for each. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/format.h"
#include "base/wildcard.h"
#include "model/array_called.h"
#include "model/expect/expect_priv.h"

struct judge {
	const struct expectation *expectation;
	const struct snapshot *now;
	const struct expect_past *past;
	struct expect_result *ret;
	size_t capacity;
};

static bool of_faults(enum expect_metric metric)
{
	return metric >= METRIC_TOUCHED;
}

bool expectation__needs_faults(const struct expectation *expectation)
{
	size_t i;

	for (i = 0; i < expectation->clause_count; i++) {
		if (of_faults(expectation->clauses[i].metric))
			return true;
	}
	return false;
}

static bool is_same(const char *pattern, const char *name)
{
	return !strcmp(pattern, name);
}

bool expectation__matches(const struct expectation *expectation, const struct array_desc *array)
{
	if (expectation->process)
		return false;
	if (!expectation->exact)
		return !array->owner && array->end - array->start >= expectation->min_bytes &&
		       array_called(array, expectation->name, wildcard_match);
	return array_called(array, expectation->name, is_same);
}

/* VmHWM is taken from batched counters, so it may be less than what was found resident. */
static uint64_t peak_resident(const struct process_snapshot *process)
{
	uint64_t peak = process->header.facts.rss_peak_pages;

	return peak > process->rss_pages ? peak : process->rss_pages;
}

static uint64_t count_of(enum expect_metric metric, const struct tally *tally,
			 const struct process_snapshot *process)
{
	switch (metric) {
	case METRIC_PAGES:
		return tally->pages;
	case METRIC_RESIDENT:
		return tally->resident;
	case METRIC_ZERO:
		return tally->states[PAGE_ZERO] + tally->states[PAGE_ZERO_HUGE];
	case METRIC_HUGE:
		return tally->states[PAGE_ANON_HUGE];
	case METRIC_SWAPPED:
		return tally->states[PAGE_SWAPPED] + tally->cached.swapped;
	case METRIC_CACHED:
		return tally->cached.cached;
	case METRIC_DIRTY:
		return tally->cached.dirty;
	case METRIC_ABSENT:
		return tally->states[PAGE_ABSENT];
	case METRIC_PEAK_RESIDENT:
		return peak_resident(process);
	case METRIC_PEAK_TOUCHED:
		return process->header.peak_touched.pages;
	case METRIC_TOUCHED:
		return tally->touch.pages_touched;
	case METRIC_READ:
		return tally->touch.pages_read;
	case METRIC_WRITTEN:
		return tally->touch.pages_written;
	case METRIC_LEDGER_TOUCHED:
		return tally->ledger[LEDGER_TOUCHED];
	case METRIC_BEFORE:
		return tally->ledger[LEDGER_BEFORE];
	case METRIC_HUGE_FILL:
		return tally->ledger[LEDGER_HUGE_FILL];
	case METRIC_UNFAULTED:
		return tally->ledger[LEDGER_UNFAULTED];
	default:
		return process->header.faults.user + process->header.faults.kernel;
	}
}

/* The losses that can make a count wrong. */
static unsigned int affected_by(enum expect_metric metric)
{
	if (metric == METRIC_PAGES || metric == METRIC_CACHED || metric == METRIC_DIRTY)
		return 0;
	if (metric == METRIC_FAULTS)
		return LOSS_AFFECTS_FAULTS;
	return of_faults(metric) ? LOSS_AFFECTS_TOUCH : LOSS_AFFECTS_STATES;
}

static const char *why_cached_unknown(enum expect_metric metric, const struct cached_tally *cached)
{
	bool of_cache = metric == METRIC_CACHED || metric == METRIC_DIRTY;

	if (of_cache && !cached->pages)
		return "none of its pages is of a file or shared";
	if (of_cache && cached->unknown)
		return cached_tally__unknown_reason(cached);
	if (metric == METRIC_DIRTY && cached->dirty_untold)
		return "this kernel does not tell dirty pages, or it is shared memory";
	if (metric == METRIC_SWAPPED && cached->swapped_untold)
		return "swapped pages of shared memory are not known";
	return NULL;
}

/* A loss makes unknown only what it can have changed. */
static const char *why_unknown(const struct expect_clause *clause, const struct snapshot *snapshot,
			       const struct process_snapshot *process, const struct tally *tally)
{
	const struct losses losses =
		losses__of_one(&snapshot->header.losses, &process->header.losses);
	enum loss lost = losses__first(&losses, affected_by(clause->metric));

	/* The peak is known to the last. */
	if (process->header.exited && clause->metric != METRIC_PEAK_TOUCHED)
		return "the process had ended";
	if (of_faults(clause->metric) && !process->header.faults_known)
		return "faults were not counted";
	if (lost != LOSS_KINDS)
		return loss_kind(lost)->unknown;
	if (clause->metric == METRIC_PEAK_TOUCHED && !process->header.peak_touched.known)
		return "calls moved or kept touched pages that may have been counted twice";
	if ((clause->metric == METRIC_READ || clause->metric == METRIC_WRITTEN) &&
	    !snapshot->header.tells_writes)
		return "this backend cannot distinguish reads from writes";
	if ((clause->metric == METRIC_HUGE && snapshot->header.merged_count) ||
	    ((clause->metric == METRIC_HUGE_FILL || clause->metric == METRIC_UNFAULTED) &&
	     ledger_unexplained(tally->ledger)))
		return "this page reader cannot distinguish huge pages";
	if (why_cached_unknown(clause->metric, &tally->cached))
		return why_cached_unknown(clause->metric, &tally->cached);
	if (clause->interior && !tally->pages)
		return "no page lies completely inside it";
	if (clause->value.unit == UNIT_PERCENT && !tally->pages)
		return "it has no pages";
	return NULL;
}

static const struct process_snapshot *find_process(const struct snapshot *snapshot, uint32_t pid)
{
	size_t i;

	for (i = 0; i < snapshot->process_count; i++) {
		if (snapshot->processes[i].header.facts.pid == pid &&
		    !snapshot->processes[i].header.exited)
			return &snapshot->processes[i];
	}
	return NULL;
}

static const struct array_row *find_same(const struct process_snapshot *process,
					 const struct array_desc *array)
{
	size_t i;

	for (i = 0; i < process->array_count; i++) {
		const struct array_desc *other = &process->arrays[i].desc;

		if (array->id ? other->id == array->id
			      : other->start == array->start && !strcmp(other->name, array->name))
			return &process->arrays[i];
	}
	return NULL;
}

static const struct tally *tally_of(const struct process_snapshot *process,
				    const struct array_row *row, const struct expect_clause *clause)
{
	if (!row)
		return &process->totals;
	return clause->interior ? &row->interior : &row->tally;
}

/* The earlier count, for growth. */
static const char *measure_before(const struct judge *judge, const struct expect_clause *clause,
				  const struct expect_finding *finding,
				  struct expect_measure *measure)
{
	uint32_t pid = finding->process->header.facts.pid;
	const struct process_snapshot *process = NULL;
	const struct array_row *row = NULL;
	const struct snapshot *earlier;
	const struct tally *tally;

	if (!judge->expectation->since)
		return NULL;
	earlier = judge->past->find(judge->past->ctx, pid);
	if (earlier)
		process = find_process(earlier, pid);
	if (!process)
		return "the earlier checkpoint was not reached";
	if (finding->row) {
		row = find_same(process, &finding->row->desc);
		if (!row)
			return "it did not exist at the earlier checkpoint";
	}
	tally = tally_of(process, row, clause);
	measure->before = count_of(clause->metric, tally, process);
	return why_unknown(clause, earlier, process, tally);
}

static void measure_clause(const struct judge *judge, size_t clause_index,
			   struct expect_finding *finding)
{
	const struct expect_clause *clause = &judge->expectation->clauses[clause_index];
	struct expect_measure *measure = &finding->measures[clause_index];
	const struct tally *tally = tally_of(finding->process, finding->row, clause);

	measure->value = count_of(clause->metric, tally, finding->process);
	measure->base = tally->pages;
	measure->unknown = why_unknown(clause, judge->now, finding->process, tally);
	if (!measure->unknown)
		measure->unknown = measure_before(judge, clause, finding, measure);
	if (!measure->unknown)
		measure->holds =
			expect_holds(clause, measure, judge->now->header.environment.page_bytes);
}

static enum expect_verdict worst_verdict(enum expect_verdict left, enum expect_verdict right)
{
	if (left == EXPECT_FAILS || right == EXPECT_FAILS)
		return EXPECT_FAILS;
	return left == EXPECT_UNKNOWN ? left : right;
}

static int add_finding(struct judge *judge, const struct process_snapshot *process,
		       const struct array_row *row)
{
	struct expect_result *ret = judge->ret;
	struct expect_finding *finding;
	size_t i;

	if (array_reserve((void **)&ret->findings, &judge->capacity, ret->count + 1,
			  sizeof(*ret->findings)))
		return -ENOMEM;
	finding = &ret->findings[ret->count++];
	memset(finding, 0, sizeof(*finding));
	finding->process = process;
	finding->row = row;
	for (i = 0; i < judge->expectation->clause_count; i++) {
		measure_clause(judge, i, finding);
		if (finding->measures[i].unknown)
			finding->verdict = worst_verdict(finding->verdict, EXPECT_UNKNOWN);
		else if (!finding->measures[i].holds)
			finding->verdict = EXPECT_FAILS;
	}
	ret->verdict = worst_verdict(ret->verdict, finding->verdict);
	return 0;
}

static int judge_process(struct judge *judge, const struct process_snapshot *process)
{
	size_t i;
	int err = 0;

	if (judge->expectation->process)
		return add_finding(judge, process, NULL);
	for (i = 0; !err && i < process->array_count; i++) {
		if (expectation__matches(judge->expectation, &process->arrays[i].desc))
			err = add_finding(judge, process, &process->arrays[i]);
	}
	return err;
}

/* Takes the words over; NULL: no memory for them. */
static int give_reason(struct expect_result *ret, char *words)
{
	ret->reason = words;
	return words ? 0 : -ENOMEM;
}

static const char *names_missing(const struct snapshot *snapshot)
{
	size_t i;

	for (i = 0; i < snapshot->process_count; i++) {
		if (snapshot->processes[i].header.names_missing.length)
			return snapshot->processes[i].header.names_missing.text;
	}
	return NULL;
}

/* No row has this name. That proves nothing, unless it may be absent. */
static int judge_absence(struct judge *judge, const char *missing)
{
	const char *kind = judge->expectation->exact ? "no array has this name"
						     : "no array name matches it";

	if (judge->expectation->unless_absent && !missing)
		return 0;
	judge->ret->verdict = EXPECT_UNKNOWN;
	return give_reason(judge->ret,
			   missing ? format_new("%s: %s", kind, missing) : strdup(kind));
}

/* It must hold in every process, but of some only a sum is known. */
static int judge_rest(struct expect_result *ret, uint64_t count)
{
	ret->verdict = EXPECT_UNKNOWN;
	return give_reason(
		ret, format_new("%" PRIu64 " ended processes are known only as a sum", count));
}

int expectation__judge(const struct expectation *expectation, const struct snapshot *snapshot,
		       const struct expect_past *past, struct expect_result *ret)
{
	struct judge judge = { expectation, snapshot, past, ret, 0 };
	const char *missing = expectation->process ? NULL : names_missing(snapshot);
	size_t i;
	int err = 0;

	*ret = (struct expect_result){ .verdict = EXPECT_HOLDS };
	for (i = 0; !err && i < snapshot->process_count; i++)
		err = judge_process(&judge, &snapshot->processes[i]);
	if (err)
		return err;
	if (snapshot->header.rest.count && ret->verdict == EXPECT_HOLDS)
		return judge_rest(ret, snapshot->header.rest.count);
	if (ret->count && (expectation->exact || expectation->process || !missing))
		return 0;
	if (!ret->count && !expectation->process)
		return judge_absence(&judge, missing);
	if (!ret->count)
		missing = "no process was left to examine";
	ret->verdict = worst_verdict(ret->verdict, EXPECT_UNKNOWN);
	return give_reason(ret, strdup(missing));
}

void expect_result__deinit(struct expect_result *result)
{
	free(result->findings);
	free(result->reason);
	*result = (struct expect_result){ 0 };
}
