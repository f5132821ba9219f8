/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Polls the RSS of the targets: nothing is added to a fault for it. */
#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/test_point.h"
#include "control/clock.h"
#include "engine/priv.h"

/* A poll may take this part of the time to the next. */
#define COST_PART 100u

static uint64_t cpu_now_ns(void)
{
	struct timespec now = { 0 };

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int set_timer(struct engine *engine)
{
	uint64_t period_ns = engine->polls.period_ns;
	struct itimerspec timer = {
		.it_value = { .tv_sec = (time_t)(period_ns / 1000000000u),
			      .tv_nsec = (long)(period_ns % 1000000000u) },
	};

	return timerfd_settime(engine->rss_fd, 0, &timer, NULL) ? -errno : 0;
}

int engine__poll_rss(struct engine *engine, uint64_t period_ns)
{
	int err;

	engine->rss_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (engine->rss_fd < 0)
		return -errno;
	engine->rss_period_ns = engine->polls.period_ns = period_ns;
	err = engine_watch_fd(engine, engine->rss_fd);
	return err ? err : set_timer(engine);
}

const struct engine_polls *engine__polls(const struct engine *engine)
{
	return &engine->polls;
}

/* One that ends just now has none. */
static uint64_t sum_rss(const struct engine *engine)
{
	uint64_t sum = 0, pages;
	size_t i;

	for (i = 0; i < engine->target_count; i++) {
		const struct target *target = engine->targets[i];

		if (!target->ended && !target->lost && target->proc &&
		    !proc__rss(target->proc, &pages))
			sum += pages;
	}
	return sum;
}

int engine_read_rss(struct engine *engine)
{
	struct engine_polls *polls = &engine->polls;
	uint64_t expirations, before, cost;

	if (read(engine->rss_fd, &expirations, sizeof(expirations)) != sizeof(expirations))
		return 0;
	test_point_wait("poll");
	before = cpu_now_ns();
	polls->rss_pages = sum_rss(engine);
	if (polls->rss_pages > polls->highest_pages) {
		polls->highest_pages = polls->rss_pages;
		polls->highest_ns = clock_now_ns();
	}
	cost = cpu_now_ns() - before;
	polls->count++;
	polls->cpu_ns += cost;
	polls->period_ns = engine->rss_period_ns > COST_PART * cost ? engine->rss_period_ns
								    : COST_PART * cost;
	engine->polled = true;
	return set_timer(engine);
}
