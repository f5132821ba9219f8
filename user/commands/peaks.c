/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/peaks.h"

#include <unistd.h>

#include "base/test_point.h"
#include "control/clock.h"

#define POLL_NS 50000000u

int peaks__begin(struct peaks *peaks, const struct options *options, struct engine *engine)
{
	peaks->engine = engine;
	peaks->steps.page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	peaks->wants_base = options->pid_count != 0;
	return options->no_peaks ? 0 : engine__poll_rss(engine, POLL_NS);
}

bool peaks__due(struct peaks *peaks)
{
	uint64_t rss = engine__polls(peaks->engine)->rss_pages, now = clock_now_ns();

	if (peaks->wants_base)
		peak_steps__took(&peaks->steps, rss, now, now);
	peaks->wants_base = false;
	if (!peak_steps__poll(&peaks->steps, rss, now))
		return false;
	test_point_wait("peak");
	return true;
}

void peaks__took(struct peaks *peaks, uint64_t resident, uint64_t start_ns)
{
	peak_steps__took(&peaks->steps, resident, start_ns, clock_now_ns());
}
