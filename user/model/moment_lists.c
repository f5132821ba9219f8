/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/moment_lists.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/counted.h"
#include "model/moment_kinds.h"

struct list_place process_lists__place(struct process_lists *lists, enum moment_list which)
{
	const struct list_place places[MOMENT_LISTS] = {
		[MOMENT_VMAS] = { (void **)&lists->vmas.vmas, &lists->vmas.count },
		[MOMENT_RUNS] = { (void **)&lists->runs.runs, &lists->runs.count },
		[MOMENT_FRAMES] = { (void **)&lists->frames.runs, &lists->frames.count },
		[MOMENT_ARRAYS] = { (void **)&lists->arrays.arrays, &lists->arrays.count },
		[MOMENT_TOUCHED] = { (void **)&lists->touch.touched.chunks,
				     &lists->touch.touched.count },
		[MOMENT_BEFORE] = { (void **)&lists->touch.before.items,
				    &lists->touch.before.count },
		[MOMENT_HUGE_SEEN] = { (void **)&lists->touch.huge_seen.items,
				       &lists->touch.huge_seen.count },
		[MOMENT_HUGE_MAYBE] = { (void **)&lists->touch.huge_maybe.items,
					&lists->touch.huge_maybe.count },
		[MOMENT_CACHED] = { (void **)&lists->cached.runs, &lists->cached.count },
	};

	return places[which];
}

int process_moment__keep(struct process_moment *process, const struct process_lists *lists)
{
	struct process_lists copy = *lists;
	unsigned int i;

	for (i = 0; i < MOMENT_LISTS; i++) {
		const struct list_place place = process_lists__place(&copy, (enum moment_list)i);

		process->lists[i] = shared_list__new(moment_kind((enum moment_list)i), *place.items,
						     *place.count);
		if (!process->lists[i])
			return -ENOMEM;
	}
	return 0;
}

int process_moment__resident(const struct process_moment *process, uint64_t page_bytes,
			     uint64_t *ret)
{
	struct process_lists lists;
	int err = process_lists__of(process, &lists);
	size_t i;

	*ret = 0;
	for (i = 0; !err && i < lists.runs.count; i++) {
		const struct page_run *run = &lists.runs.runs[i];

		if (page_state_resident(run->state))
			*ret += (run->end - run->start) / page_bytes;
	}
	process_lists__deinit(&lists);
	return err;
}

static uint64_t resident_between(const struct page_runs *runs, uint64_t start, uint64_t end)
{
	size_t at = page_runs__lower_bound(runs, start);
	struct page_run part;
	uint64_t bytes = 0;

	while (page_runs__part(runs, &at, start, end, &part))
		bytes += page_state_resident(part.state) ? part.end - part.start : 0;
	return bytes;
}

static int process_moment__rss(const struct process_moment *process, uint64_t page_bytes,
			       uint64_t *ret)
{
	struct process_lists lists;
	int err = process_lists__of(process, &lists);
	size_t i;

	*ret = 0;
	for (i = 0; !err && i < lists.vmas.count; i++) {
		const struct vma *vma = &lists.vmas.vmas[i];

		if (vma->kind != VMA_HUGETLB)
			*ret += resident_between(&lists.runs, vma->start, vma->end) / page_bytes;
	}
	process_lists__deinit(&lists);
	return err;
}

static bool has_process(const struct moment *moment, const struct process_facts *facts)
{
	size_t i;

	for (i = 0; i < moment->process_count; i++) {
		const struct process_facts *one = &moment->processes[i].header.facts;

		if (one->pid == facts->pid && one->start_ticks == facts->start_ticks)
			return true;
	}
	return false;
}

int moment__rss(const struct moment *moment, const struct moment *of, uint64_t *ret)
{
	uint64_t pages;
	size_t i;
	int err = 0;

	*ret = 0;
	for (i = 0; !err && i < moment->process_count; i++) {
		const struct process_moment *process = &moment->processes[i];

		if (of && !has_process(of, &process->header.facts))
			continue;
		err = process_moment__rss(process, moment->header.environment.page_bytes, &pages);
		*ret += pages;
	}
	return err;
}

int moment__rss_alive(const struct moment *moment, uint64_t *ret)
{
	uint64_t pages;
	size_t i;
	int err = 0;

	*ret = 0;
	for (i = 0; !err && i < moment->process_count; i++) {
		if (moment->processes[i].header.exited)
			continue;
		err = process_moment__rss(&moment->processes[i],
					  moment->header.environment.page_bytes, &pages);
		*ret += pages;
	}
	return err;
}

int process_moment__share(struct process_moment *process, const struct process_moment *before)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < MOMENT_LISTS; i++)
		err = shared_list__share(moment_kind((enum moment_list)i), &process->lists[i],
					 before ? before->lists[i] : NULL);
	return err;
}

bool process_moment__same_lists(const struct process_moment *left,
				const struct process_moment *right)
{
	return !memcmp(left->lists, right->lists, sizeof(left->lists));
}

/* Mostly processes keep their order: *next is where it is looked for first. */
static const struct process_moment *find_process(const struct moment *moment, uint32_t pid,
						 size_t *next)
{
	size_t i;

	for (i = 0; i < moment->process_count; i++) {
		size_t at = (*next + i) % moment->process_count;

		if (moment->processes[at].header.facts.pid != pid)
			continue;
		*next = at + 1;
		return &moment->processes[at];
	}
	return NULL;
}

int moment__share(struct moment *moment, const struct moment *before)
{
	size_t next = 0, i;
	int err = 0;

	for (i = 0; !err && i < moment->process_count; i++) {
		struct process_moment *process = &moment->processes[i];
		uint32_t pid = process->header.facts.pid;

		err = process_moment__share(process,
					    before ? find_process(before, pid, &next) : NULL);
	}
	return err;
}

static int list_items(const struct shared_list *list, enum moment_list which,
		      struct process_lists *ret)
{
	const struct list_place place = process_lists__place(ret, which);
	const void *whole = shared_list__whole(list);

	*place.items = whole ? (void *)(uintptr_t)whole
			     : shared_list__copy(list, moment_kind(which)->item_bytes);
	if (!*place.items)
		return -ENOMEM;
	*place.count = shared_list__count(list);
	ret->borrowed |= whole ? 1u << which : 0;
	return 0;
}

int process_lists__of(const struct process_moment *process, struct process_lists *ret)
{
	unsigned int i;
	int err = 0;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; !err && i < MOMENT_LISTS; i++)
		err = list_items(process->lists[i], (enum moment_list)i, ret);
	return err;
}

void process_lists__deinit(struct process_lists *lists)
{
	unsigned int i;

	for (i = 0; i < MOMENT_LISTS; i++) {
		if (lists->borrowed >> i & 1)
			*process_lists__place(lists, (enum moment_list)i).items = NULL;
	}
	free(lists->vmas.vmas);
	free(lists->runs.runs);
	free(lists->frames.runs);
	free(lists->arrays.arrays);
	touch_facts__deinit(&lists->touch);
	free(lists->cached.runs);
	memset(lists, 0, sizeof(*lists));
}
