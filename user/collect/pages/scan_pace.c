/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/pages/scan_pace.h"

#include <sys/prctl.h>
#include <time.h>

/* A call takes some 50 ns per page, and 1,200 ns per empty page table. */
#define FIRST_PAGES 4096u
#define FIRST_TABLES 128u
/*
 * Growth is limited so that the next call cannot hold the lock for a millisecond or two: small
 * pages after huge ones, empty page tables after none.
 */
#define MOST_PAGES (4 * FIRST_PAGES)
#define MOST_TABLES (16 * FIRST_TABLES)
#define LEAST_PAGES (FIRST_PAGES / 8)
#define LEAST_TABLES (FIRST_TABLES / 16)
#define SLOW_NS 400000u
#define FAST_NS 50000u

#define HOLD_NS 500000u
/*
 * Time for a waiting writer to wake and run. Also for whoever waits for our CPU, and would
 * otherwise run while we hold the lock.
 */
#define REST_NS 20000u

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void scan_pace__init(struct scan_pace *pace)
{
	*pace = (struct scan_pace){ .pages = FIRST_PAGES, .tables = FIRST_TABLES };
}

bool scan_pace__rest_is_due(struct scan_pace *pace, uint64_t now)
{
	if (now >= pace->last_ns + REST_NS)
		pace->held_ns = 0;
	return pace->held_ns >= HOLD_NS;
}

/* The thread's timer slack (50 us by default) would make a scan a third slower. */
static void rest_exactly(void)
{
	const struct timespec time = { .tv_nsec = REST_NS };
	int slack = prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0);

	if (slack > 1)
		prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	nanosleep(&time, NULL);
	if (slack > 1)
		prctl(PR_SET_TIMERSLACK, slack, 0, 0, 0);
}

uint64_t scan_pace__begin(struct scan_pace *pace)
{
	uint64_t now = now_ns();

	if (scan_pace__rest_is_due(pace, now)) {
		rest_exactly();
		pace->held_ns = 0;
		now = now_ns();
	}
	return now;
}

uint64_t scan_pace__end(struct scan_pace *pace, uint64_t begin_ns)
{
	pace->last_ns = now_ns();
	pace->held_ns += pace->last_ns - begin_ns;
	return pace->last_ns - begin_ns;
}

void scan_pace__adapt(struct scan_pace *pace, uint64_t took_ns)
{
	if (took_ns > SLOW_NS) {
		pace->pages /= pace->pages > LEAST_PAGES ? 2 : 1;
		pace->tables /= pace->tables > LEAST_TABLES ? 2 : 1;
	} else if (took_ns < FAST_NS) {
		pace->pages *= pace->pages < MOST_PAGES ? 2 : 1;
		pace->tables *= pace->tables < MOST_TABLES ? 2 : 1;
	}
}
