/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/run_moments.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "control/clock.h"
#include "model/moment_lists.h"

/* A peak that is not more above the end than this shows nothing that the end does not. */
#define DIFFERENCE_BYTES (1u << 20)

static uint64_t cpu_now_ns(void)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int run_moments__begin(struct run_moments *moments, const struct options *options,
		       struct engine *engine)
{
	int err = peaks__begin(&moments->peaks, options, engine);

	moments->engine = engine;
	if (!err && options->interval_given)
		err = engine__set_interval(engine, options->interval_ns);
	return err;
}

void run_moments__deinit(struct run_moments *moments)
{
	kept_moments__deinit(&moments->kept);
}

/* A moment that shows no process is none: they have just ended. */
static int look_at_moment(struct run_moments *moments, struct moment *ret, uint64_t *resident)
{
	int err = engine__look(moments->engine, ret);

	if (!err && !ret->process_count)
		err = -ESRCH;
	return err ? err : moment__rss(ret, NULL, resident);
}

/* 0, or -errno: it is not kept. -EAGAIN: RSS had fallen before its pages were read. */
static int take_moment(struct run_moments *moments, enum moment_reason reason, const char *name,
		       uint64_t *resident)
{
	struct moment moment;
	int err = look_at_moment(moments, &moment, resident);

	if (!err && reason == MOMENT_PEAK && *resident <= moments->peaks.steps.last_pages)
		err = -EAGAIN;
	if (!err)
		err = moment__set_reason(&moment, reason, name);
	if (!err)
		return kept_moments__add(&moments->kept, &moment, *resident);
	moment__deinit(&moment);
	return err;
}

static void count_failure(struct run_moments *moments, int err)
{
	if (err == -EAGAIN) {
		moments->missed++;
		return;
	}
	moments->failed++;
	log_info("a moment could not be taken: %s", strerror(-err));
}

static int take_timed(struct run_moments *moments, enum moment_reason reason, const char *name)
{
	uint64_t start = clock_now_ns(), cpu = cpu_now_ns(), resident = 0, end;
	int err = take_moment(moments, reason, name, &resident);

	end = clock_now_ns();
	moments->cpu_ns += cpu_now_ns() - cpu;
	moments->ns += end - start;
	if (end - start > moments->longest_ns)
		moments->longest_ns = end - start;
	if (err)
		count_failure(moments, err);
	peaks__took(&moments->peaks, err ? 0 : resident, start);
	return err;
}

int run_moments__on_event(struct run_moments *moments, enum engine_event event)
{
	if (event == ENGINE_TICK)
		take_timed(moments, MOMENT_INTERVAL, NULL);
	else if (event == ENGINE_ASKED)
		take_timed(moments, MOMENT_ASKED, NULL);
	else if (peaks__due(&moments->peaks))
		take_timed(moments, MOMENT_PEAK, NULL);
	return 0;
}

int run_moments__on_checkpoint(struct run_moments *moments, const char *name)
{
	return take_timed(moments, MOMENT_CHECKPOINT, name) ? 1 : 0;
}

int run_moments__tell(struct run_moments *moments, const struct options *options,
		      const struct moment *end, struct sampled *ret)
{
	const struct engine_polls *polls = engine__polls(moments->engine);
	const struct kept_moment *highest = kept_moments__highest(&moments->kept);
	uint64_t page = end->header.environment.page_bytes, resident;
	/* Children that began and ended later show nothing of what there was then. */
	int err = moment__rss(end, highest ? &highest->moment : NULL, &resident);

	if (err)
		return err;
	*ret = (struct sampled){
		.polls = polls->count,
		.poll_period_ns = polls->period_ns,
		.poll_cpu_ns = polls->cpu_ns,
		.highest_pages = polls->highest_pages,
		.highest_ns = polls->highest_pages ? polls->highest_ns - end->header.start_ns : 0,
		.taken = moments->kept.taken,
		.dropped = moments->kept.dropped,
		.failed = moments->failed,
		.missed = moments->missed,
		.ns = moments->ns,
		.longest_ns = moments->longest_ns,
		.cpu_ns = moments->cpu_ns,
		.bytes = moments->kept.sum.bytes,
	};
	if (highest && highest->resident > resident + DIFFERENCE_BYTES / page)
		ret->peak = &highest->moment;
	ret->peak_pages = ret->peak ? highest->resident : 0;
	ret->end = end;
	ret->shown_pages = highest && highest->resident > resident ? highest->resident : resident;
	moments->all = kept_moments__all(&moments->kept);
	if (options->moments)
		ret->all = &moments->all;
	return 0;
}

static int moment_or_end(void *from, size_t index, const struct moment **ret)
{
	struct run_moments *moments = from;

	if (index < moments->all.count)
		return moments->all.at(moments->all.from, index, ret);
	*ret = moments->end;
	return 0;
}

struct moments run_moments__with_end(struct run_moments *moments, const struct moment *end)
{
	moments->all = kept_moments__all(&moments->kept);
	moments->end = end;
	return (struct moments){ .count = moments->all.count + 1,
				 .from = moments,
				 .at = moment_or_end };
}
