/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Looks: the pages of one range or array at one moment, and queries about them. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/pagewatch.h"
#include "lib/scan.h"
#include "lib/strides.h"
#include "model/index/array_pages.h"
#include "base/intervals.h"
#include "version.h"

struct pagewatch_look {
	uint64_t page_bytes;
	uint64_t start; /* of its pages, page-aligned */
	uint64_t end;
	uint64_t inner_start; /* of the interior ones; below inner_end if there are any */
	uint64_t inner_end;
	struct intervals pages; /* those that its elements touch */
	struct page_runs runs;	/* of all pages from start to end */
	uint64_t unreadable;
	uint64_t merged;
};

const char *pagewatch_version(void)
{
	return PAGEWATCH_VERSION;
}

void pagewatch_look_free(struct pagewatch_look *look)
{
	if (!look)
		return;
	intervals__deinit(&look->pages);
	page_runs__deinit(&look->runs);
	free(look);
}

/* The borders of the pages of [start, end). -EINVAL: the last one would end at address 0. */
static int set_borders(struct pagewatch_look *look, uint64_t start, uint64_t end)
{
	const uint64_t page = look->page_bytes;

	if (end > UINT64_MAX - (page - 1))
		return -EINVAL;
	look->start = start - start % page;
	look->end = start == end ? look->start : (end + page - 1) / page * page;
	look->inner_start = (start + page - 1) / page * page;
	look->inner_end = end - end % page;
	return 0;
}

static int take_look(const struct array_desc *array, pid_t pid, struct pagewatch_look **ret)
{
	struct pagewatch_look *look;
	struct scan scan;
	int err;

	look = calloc(1, sizeof(*look));
	if (!look)
		return -ENOMEM;
	err = scan__open(&scan, pid);
	if (err) {
		pagewatch_look_free(look);
		return err;
	}
	look->page_bytes = scan.page_bytes;
	look->merged = scan__merged(&scan);
	err = set_borders(look, array->start, array->end);
	if (!err)
		err = array_pages(array, look->page_bytes, &look->pages);
	if (!err)
		err = scan__run(&scan, look->start, look->end, &look->runs);
	look->unreadable = scan.unreadable;
	scan__close(&scan);
	if (err)
		pagewatch_look_free(look);
	else
		*ret = look;
	return err;
}

int pagewatch_look_bytes(pid_t pid, uint64_t start, uint64_t bytes, struct pagewatch_look **ret)
{
	struct array_desc array = { .start = start };

	if (!ret || __builtin_add_overflow(start, bytes, &array.end))
		return -EINVAL;
	return take_look(&array, pid, ret);
}

int pagewatch_look_array(pid_t pid, const struct pagewatch_array *array, size_t array_bytes,
			 struct pagewatch_look **ret)
{
	struct array_shape shape = { 0 };
	struct array_desc desc = { 0 };
	int64_t dims[2 * STRIDES_DIMS_MAX];
	int err;

	if (!array || !ret || array_bytes < sizeof(*array))
		return -EINVAL;
	shape.dims = dims;
	err = strides_describe(array, &desc, &shape);
	return err ? err : take_look(&desc, pid, ret);
}

/* The interior part of the pages [start, end). */
static void count_interior(const struct pagewatch_look *look, uint64_t start, uint64_t end,
			   struct pagewatch_pages *ret)
{
	uint64_t from = start > look->inner_start ? start : look->inner_start;
	uint64_t till = end < look->inner_end ? end : look->inner_end;

	if (from < till)
		pages_count(&look->runs, look->page_bytes, from, till, ret);
}

int pagewatch_look_residency(const struct pagewatch_look *look, struct pagewatch_residency *ret,
			     size_t ret_bytes)
{
	struct pagewatch_residency sum = { 0 };
	size_t i;

	if (!look)
		return -EINVAL;
	sum.page_bytes = look->page_bytes;
	sum.range_pages = (look->end - look->start) / look->page_bytes;
	sum.unreadable = look->unreadable;
	sum.merged = look->merged;
	for (i = 0; i < look->pages.count; i++) {
		const struct interval *range = &look->pages.items[i];

		pages_count(&look->runs, look->page_bytes, range->start, range->end, &sum.all);
		count_interior(look, range->start, range->end, &sum.interior);
	}
	return give_struct(&sum, sizeof(sum), sizeof(sum), ret, ret_bytes);
}

int pagewatch_query(const void *ptr, size_t bytes, struct pagewatch_residency *ret,
		    size_t ret_bytes)
{
	struct pagewatch_look *look;
	int err;

	err = pagewatch_look_bytes(0, (uintptr_t)ptr, bytes, &look);
	if (err)
		return err;
	err = pagewatch_look_residency(look, ret, ret_bytes);
	pagewatch_look_free(look);
	return err;
}

ssize_t pagewatch_look_heat(const struct pagewatch_look *look, size_t cells, uint64_t *pages,
			    uint64_t *resident, uint64_t *zero)
{
	uint64_t all, from, till = 0;
	size_t i;

	if (!look)
		return -EINVAL;
	all = (look->end - look->start) / look->page_bytes;
	if (cells > INT_MAX)
		cells = INT_MAX;
	if (cells > all)
		cells = (size_t)all;
	for (i = 0; i < cells; i++) {
		struct pagewatch_pages part = { 0 };

		from = till;
		till = (uint64_t)((unsigned __int128)(i + 1) * all / cells);
		pages_count(&look->runs, look->page_bytes, look->start + from * look->page_bytes,
			    look->start + till * look->page_bytes, &part);
		if (pages)
			pages[i] = part.pages;
		if (resident)
			resident[i] = part.resident;
		if (zero)
			zero[i] = part.zero + part.zero_huge;
	}
	return (ssize_t)cells;
}

ssize_t pagewatch_look_states(const struct pagewatch_look *look, uint64_t first, size_t count,
			      uint8_t *states)
{
	uint64_t all, start, end;
	struct page_run part;
	size_t at;

	if (!look || (count && !states))
		return -EINVAL;
	all = (look->end - look->start) / look->page_bytes;
	if (first >= all)
		return 0;
	if (count > SSIZE_MAX)
		count = SSIZE_MAX;
	if (count > all - first)
		count = (size_t)(all - first);
	memset(states, PAGEWATCH_ABSENT, count);
	start = look->start + first * look->page_bytes;
	end = start + count * look->page_bytes;
	at = page_runs__lower_bound(&look->runs, start);
	while (page_runs__part(&look->runs, &at, start, end, &part))
		memset(states + (part.start - start) / look->page_bytes, (int)part.state,
		       (part.end - part.start) / look->page_bytes);
	return (ssize_t)count;
}
