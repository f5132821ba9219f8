/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/pages/scan_pace.h"

#include <sys/prctl.h>
#include <time.h>

/*
 * A call takes some 50 ns per page, and 1,200 ns per page table with few pages in it, so these take
 * some 50 us. The call itself costs 2 us, so much smaller ones would make a scan slower.
 */
#define FIRST_PAGES 1024u
#define FIRST_TABLES 32u
/*
 * Huge pages and absent page tables take far less. Growth is limited all the same, so that the next
 * call cannot hold the lock for long: small pages after huge ones, sparse tables after none.
 */
#define MOST_PAGES (16 * FIRST_PAGES)
#define MOST_TABLES (64 * FIRST_TABLES)
#define LEAST_PAGES (FIRST_PAGES / 8)
#define LEAST_TABLES (FIRST_TABLES / 8)
#define SLOW_NS 100000u
#define FAST_NS 12000u

#define HOLD_NS 700000u
/*
 * Time for a writer that wakes slowly, on a CPU that slept. Also for whoever waits for our CPU, and
 * would otherwise run while we hold the lock.
 */
#define REST_NS 50000u

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

void scan_pace__nobody_waits(struct scan_pace *pace)
{
	*pace = (struct scan_pace){ .pages = MOST_PAGES, .tables = MOST_TABLES, .unhurried = true };
}

bool scan_pace__rest_is_due(struct scan_pace *pace, uint64_t now)
{
	if (now >= pace->last_ns + REST_NS)
		pace->held_ns = 0;
	return pace->held_ns >= HOLD_NS && !pace->unhurried;
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

static void adapt_size(uint64_t *size, uint64_t least, uint64_t most, uint64_t took_ns)
{
	if (took_ns > SLOW_NS)
		*size /= *size > least ? 2 : 1;
	else if (took_ns < FAST_NS)
		*size *= *size < most ? 2 : 1;
}

void scan_pace__adapt_pages(struct scan_pace *pace, uint64_t took_ns)
{
	if (!pace->unhurried)
		adapt_size(&pace->pages, LEAST_PAGES, MOST_PAGES, took_ns);
}

void scan_pace__adapt_tables(struct scan_pace *pace, uint64_t took_ns)
{
	if (!pace->unhurried)
		adapt_size(&pace->tables, LEAST_TABLES, MOST_TABLES, took_ns);
}
