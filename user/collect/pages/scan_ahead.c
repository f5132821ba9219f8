/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/pages/scan_ahead.h"

/* A wake-up takes some 50 us on an idle virtual CPU. */
#define WORTH_NS 200000u
#define FIRST_TABLES 128u
#define MOST_TABLES 2048u

void scan_ahead__init(struct scan_ahead *ahead, uint64_t page_bytes)
{
	*ahead = (struct scan_ahead){ .page_bytes = page_bytes, .tables = FIRST_TABLES };
}

void scan_ahead__deinit(struct scan_ahead *ahead)
{
	scan_partner__free(ahead->partner);
}

void scan_ahead__took(struct scan_ahead *ahead, uint64_t took_ns)
{
	ahead->took_ns = took_ns;
}

/* A page table is one page of words. */
static uint64_t tables_bytes(const struct scan_ahead *ahead)
{
	return ahead->tables * (ahead->page_bytes / sizeof(uint64_t) * ahead->page_bytes);
}

static bool have_partner(struct scan_ahead *ahead, int fd)
{
	if (!ahead->asked)
		ahead->partner = scan_partner__new(fd, SCAN_REGIONS);
	ahead->asked = true;
	return ahead->partner;
}

void scan_ahead__begin(struct scan_ahead *ahead, int fd, const struct uapi_pm_scan_arg *arg,
		       uint64_t end)
{
	struct uapi_pm_scan_arg next = *arg;
	uint64_t bytes = tables_bytes(ahead);

	if (ahead->start || ahead->took_ns < WORTH_NS || end - arg->start <= bytes ||
	    !have_partner(ahead, fd))
		return;
	next.start = arg->start + bytes;
	next.end = end - next.start > bytes ? next.start + bytes : end;
	ahead->start = next.start;
	scan_partner__begin(ahead->partner, &next);
}

bool scan_ahead__reached(const struct scan_ahead *ahead, uint64_t start)
{
	return ahead->start && ahead->start == start;
}

uint64_t scan_ahead__limit(const struct scan_ahead *ahead, uint64_t end)
{
	return ahead->start ? ahead->start : end;
}

/* A call that the number of pages or regions ended was too long; the next ones are as long as it. */
static void adapt_tables(struct scan_ahead *ahead, const struct uapi_pm_scan_arg *arg)
{
	uint64_t done = (arg->walk_end - arg->start) / (tables_bytes(ahead) / ahead->tables);

	if (arg->walk_end < arg->end)
		ahead->tables = done ? done : 1;
	else if (ahead->tables < MOST_TABLES)
		ahead->tables *= 2;
}

int scan_ahead__take(struct scan_ahead *ahead, struct uapi_pm_scan_arg *arg)
{
	int count = scan_partner__take(ahead->partner, arg);

	ahead->start = 0;
	if (count >= 0 && arg->walk_end > arg->start)
		adapt_tables(ahead, arg);
	return count;
}

void scan_ahead__abandon(struct scan_ahead *ahead)
{
	struct uapi_pm_scan_arg arg;

	if (ahead->start)
		scan_partner__take(ahead->partner, &arg);
	ahead->start = 0;
}
