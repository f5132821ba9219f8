/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What a moment says besides its processes: when, how, what was lost, what it cost. */
#include <sys/resource.h>
#include <time.h>

#include "control/clock.h"
#include "engine/priv.h"
#include "version.h"

/*
 * What the kernel holds for us takes a file of /proc for each map and program: it is read again when
 * a process was scanned.
 */
static uint64_t bpf_bytes(struct engine *engine, const struct moment *moment)
{
	bool scanned = !moment->process_count;
	size_t i;

	for (i = 0; i < moment->process_count; i++)
		scanned |= !moment->processes[i].header.scan_age_ns;
	if (scanned || !engine->bpf_bytes)
		engine->bpf_bytes = faults__kernel_bytes(engine->faults);
	return engine->bpf_bytes;
}

static void fill_self(struct engine *engine, struct moment *moment)
{
	struct process_facts facts = { 0 };
	struct timespec now;
	struct rusage usage;

	clock_gettime(CLOCK_REALTIME, &now);
	moment->header.time_unix_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
	moment->header.since_start_ns = clock_now_ns() - engine->start_ns;
	if (!getrusage(RUSAGE_SELF, &usage))
		moment->header.self_cpu_ns =
			(uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000u +
			(uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000u;
	if (!proc__facts(engine->self, &facts))
		moment->header.self_rss_bytes =
			facts.rss_kernel_pages * engine->environment.page_bytes;
	if (engine->faults)
		moment->header.self_bpf_bytes = bpf_bytes(engine, moment);
}

/* Losses of the kernel side, of ours, and of each target: those of the last scans, and the rest. */
static int fill_losses(struct engine *engine, struct moment *moment)
{
	struct faults_losses kernel = { 0 };
	uint64_t *count = moment->header.losses.count;
	size_t i;
	int err;

	if (engine->faults) {
		err = faults__losses(engine->faults, &kernel);
		if (err)
			return err;
	}
	moment->header.losses = engine->losses;
	count[LOSS_CHUNKS] += kernel.chunks;
	count[LOSS_SETS] += kernel.sets;
	count[LOSS_STRAYS] += kernel.strays;
	count[LOSS_SLOTS] += kernel.slots;
	count[LOSS_CHILDREN] += kernel.children;
	count[LOSS_EVENTS] += kernel.events;
	count[LOSS_CALLS] += kernel.calls;
	count[LOSS_SKIPPED] += kernel.skipped;
	count[LOSS_HEAP_BLOCKS] += kernel.heap_blocks;
	count[LOSS_OVERDUE] += control__overdue(engine->control);
	for (i = 0; losses__any(&moment->header.losses) && i < moment->process_count; i++)
		moment->processes[i].header.complete = false;
	losses__add(&moment->header.losses, &engine->ended_losses);
	for (i = 0; i < engine->target_count; i++) {
		losses__add(&moment->header.losses, &engine->targets[i]->losses);
		count[LOSS_UNREADABLE] += engine->targets[i]->unreadable;
	}
	moment->header.complete = !losses__any(&moment->header.losses);
	return 0;
}

_Static_assert(FAULTS_MISSING_MAX <= MISSING_MAX, "room for all");

static void fill_header(struct engine *engine, struct moment *moment)
{
	enum faults_backend backend = engine->faults ? faults__backend(engine->faults)
						     : FAULTS_NONE;
	bool read = engine->reader_used == PAGE_READER_READ;
	size_t i;

	moment->header.version = PAGEWATCH_VERSION;
	moment->header.environment = engine->environment;
	moment->header.tier = engine->faults ? "faults" : "scan";
	moment->header.backend = faults_backend_name(backend);
	moment->header.call_hooks =
		faults_hooks_name(engine->faults ? faults__hooks(engine->faults) : HOOKS_NONE);
	moment->header.page_reader = read ? "read" : "scan";
	moment->header.tells_writes = backend == FAULTS_TP_BTF;
	moment->header.tells_collapses = engine->faults && faults__counts_collapses(engine->faults);
	if (engine->faults)
		moment->header.missing_count =
			faults__missing(engine->faults, moment->header.missing);
	moment->header.start_ns = engine->start_ns;
	moment->header.max_hold_ns = engine->options.hold_ns;
	if (!(engine->known_categories & PAGE_IS_HUGE_BIT)) {
		moment->header.merged[moment->header.merged_count++] = "anon_huge";
		moment->header.merged[moment->header.merged_count++] = "zero_huge";
	}
	for (i = 0; i < moment->process_count && !moment->header.merged_count; i++) {
		if (moment->processes[i].header.huge_unsure)
			moment->header.merged[moment->header.merged_count++] = "anon_huge";
	}
}

int engine_fill_header(struct engine *engine, struct moment *moment)
{
	fill_header(engine, moment);
	fill_self(engine, moment);
	return fill_losses(engine, moment);
}
