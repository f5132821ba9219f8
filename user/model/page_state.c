/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* From categories to states, and the runs of a process. */
#include "model/page_state.h"

#include <stddef.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sorted.h"

enum page_state page_state_of(const struct vma *vma, uint32_t categories)
{
	if (categories & PAGE_IS_GUARD_BIT)
		return PAGE_GUARD;
	if (categories & PAGE_IS_SWAPPED_BIT)
		return PAGE_SWAPPED;
	if (!(categories & PAGE_IS_PRESENT_BIT))
		return PAGE_ABSENT;
	if (categories & PAGE_IS_PFNZERO_BIT)
		return categories & PAGE_IS_HUGE_BIT ? PAGE_ZERO_HUGE : PAGE_ZERO;
	if (vma->kind == VMA_HUGETLB)
		return PAGE_ANON_HUGE;
	if (categories & PAGE_IS_FILE_BIT)
		return vma->kind == VMA_SHMEM || (vma->kind == VMA_ANON && vma->shared) ? PAGE_SHMEM
											: PAGE_FILE;
	return categories & PAGE_IS_HUGE_BIT ? PAGE_ANON_HUGE : PAGE_ANON;
}

bool page_state_resident(enum page_state state)
{
	return state == PAGE_ANON || state == PAGE_ANON_HUGE || state == PAGE_FILE ||
	       state == PAGE_SHMEM;
}

const char *const page_state_names[PAGE_STATES] = {
	[PAGE_ABSENT] = "absent", [PAGE_ZERO] = "zero",		  [PAGE_ZERO_HUGE] = "zero_huge",
	[PAGE_ANON] = "anon",	  [PAGE_ANON_HUGE] = "anon_huge", [PAGE_FILE] = "file",
	[PAGE_SHMEM] = "shmem",	  [PAGE_SWAPPED] = "swapped",	  [PAGE_GUARD] = "guard",
};

const char *page_state_name(enum page_state state)
{
	return page_state_names[state];
}

void page_runs__deinit(struct page_runs *runs)
{
	free(runs->runs);
	memset(runs, 0, sizeof(*runs));
}

size_t page_runs__lower_bound(const struct page_runs *runs, uint64_t address)
{
	return sorted_above(runs->runs, runs->count, sizeof(*runs->runs),
			    offsetof(struct page_run, end), address);
}

bool page_runs__part(const struct page_runs *runs, size_t *at, uint64_t start, uint64_t end,
		     struct page_run *ret)
{
	if (*at >= runs->count)
		return false;
	*ret = runs->runs[*at];
	if (!sorted_clip(&ret->start, &ret->end, start, end))
		return false;
	++*at;
	return true;
}

/* The state at an address, and up to where it holds; *at is the first run that ends above it. */
static enum page_state state_at(const struct page_runs *runs, size_t *at, uint64_t address,
				uint64_t *until)
{
	const struct page_run *run;

	while (*at < runs->count && runs->runs[*at].end <= address)
		++*at;
	if (*at == runs->count) {
		*until = UINT64_MAX;
		return PAGE_ABSENT;
	}
	run = &runs->runs[*at];
	*until = run->start > address ? run->start : run->end;
	return run->start > address ? PAGE_ABSENT : run->state;
}

uint64_t page_runs__differ(const struct page_runs *left, const struct page_runs *right)
{
	uint64_t address = 0, bytes = 0;
	size_t l = 0, r = 0;

	while (l < left->count || r < right->count) {
		uint64_t until_l, until_r, until;
		bool same = state_at(left, &l, address, &until_l) ==
			    state_at(right, &r, address, &until_r);

		until = until_l < until_r ? until_l : until_r;
		/* Only behind the last run of both is there no end, and nothing differs. */
		if (until == UINT64_MAX)
			break;
		bytes += same ? 0 : until - address;
		address = until;
	}
	return bytes;
}

/* Joins with the previous run if they are equal. The caller has reserved the room. */
static void push_run(struct page_runs *runs, size_t first, struct page_run run)
{
	struct page_run *last = runs->count > first ? &runs->runs[runs->count - 1] : NULL;

	if (last && last->end == run.start && last->state == run.state &&
	    last->maybe_huge == run.maybe_huge)
		last->end = run.end;
	else
		runs->runs[runs->count++] = run;
}

/* Cuts [start, end) out and leaves a gap of `room` free entries at *ret. */
static int open_gap(struct page_runs *runs, uint64_t start, uint64_t end, size_t room,
		    struct page_runs *tail)
{
	size_t first = page_runs__lower_bound(runs, start), last = first;
	struct page_run right;
	bool split;

	while (last < runs->count && runs->runs[last].start < end)
		last++;
	split = last > first && runs->runs[last - 1].end > end;
	if (split) {
		right = runs->runs[last - 1];
		right.start = end;
	}
	memset(tail, 0, sizeof(*tail));
	tail->count = runs->count - last + split;
	if (tail->count) {
		tail->runs = malloc(tail->count * sizeof(*tail->runs));
		if (!tail->runs)
			return -ENOMEM;
		if (split)
			tail->runs[0] = right;
		memcpy(tail->runs + split, runs->runs + last,
		       (runs->count - last) * sizeof(*tail->runs));
	}
	if (array_reserve((void **)&runs->runs, &runs->capacity, first + 1 + room + tail->count,
			  sizeof(*runs->runs))) {
		page_runs__deinit(tail);
		return -ENOMEM;
	}
	runs->count = first;
	if (last > first && runs->runs[first].start < start) {
		runs->runs[first].end = start;
		runs->count++;
	}
	return 0;
}

int page_runs__replace(struct page_runs *runs, uint64_t start, uint64_t end, const struct vma *vma,
		       const struct extent *extents, size_t count)
{
	struct page_runs tail;
	size_t i;
	int err;

	err = open_gap(runs, start, end, count, &tail);
	if (err)
		return err;
	for (i = 0; i < count; i++) {
		enum page_state state = page_state_of(vma, extents[i].categories);

		if (state != PAGE_ABSENT)
			push_run(runs, 0,
				 (struct page_run){ extents[i].start, extents[i].end, state,
						    extents[i].categories & PAGE_MAYBE_HUGE_BIT });
	}
	for (i = 0; i < tail.count; i++)
		push_run(runs, 0, tail.runs[i]);
	page_runs__deinit(&tail);
	return 0;
}

/* Appends what `from` has in [start, end), which is above what *runs has. */
static int append_part(struct page_runs *runs, const struct page_runs *from, uint64_t start,
		       uint64_t end)
{
	size_t at = page_runs__lower_bound(from, start);
	struct page_run part;

	while (page_runs__part(from, &at, start, end, &part)) {
		if (array_reserve((void **)&runs->runs, &runs->capacity, runs->count + 1,
				  sizeof(*runs->runs)))
			return -ENOMEM;
		push_run(runs, 0, part);
	}
	return 0;
}

int page_runs__merge(const struct page_runs *old, const struct page_runs *fresh,
		     const struct intervals *ranges, struct page_runs *ret)
{
	uint64_t at = 0;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < ranges->count; i++) {
		const struct interval *range = &ranges->items[i];

		err = append_part(ret, old, at, range->start);
		if (!err)
			err = append_part(ret, fresh, range->start, range->end);
		at = range->end;
	}
	return err ? err : append_part(ret, old, at, UINT64_MAX);
}
