/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which parts of a process may have changed since its last scan, and are scanned again. All that is
 * appended is a range of an event, a call, a fault or a mapping; RSS shows what was none of these.
 */
#include <errno.h>
#include <string.h>

#include "base/test_point.h"
#include "engine/priv.h"

/* With more ranges than this a scan of everything costs no more. */
#define RANGES_MAX 4096u

/* A fault that was counted so long ago has changed its page, or waits for a disk: then RSS shows it. */
#define FAULT_MS 300u

uint64_t rescan_fault_ns(void)
{
	return test_point_limit("fault-ms", FAULT_MS) * 1000000ull;
}

int rescan__note(struct rescan *rescan, uint64_t start, uint64_t end)
{
	if (rescan->all || start >= end || start >= MAP_CHANGE_ASIDE)
		return 0;
	if (rescan->dirty.count >= RANGES_MAX) {
		intervals__settle(&rescan->dirty);
		rescan->all = rescan->dirty.count >= RANGES_MAX / 2;
	}
	return intervals__append(&rescan->dirty, start, end, 0);
}

int rescan__note_call(struct rescan *rescan, const struct map_enter *enter)
{
	int err = rescan__note(rescan, enter->start, enter->end);

	return err || !enter->new_start ? err
					: rescan__note(rescan, enter->new_start, enter->new_end);
}

int rescan__note_change(struct rescan *rescan, const struct map_change *change)
{
	int err = rescan__note(rescan, change->start, change->end);

	if (err || change->type != MAP_CHANGE_MOVED)
		return err;
	return rescan__note(rescan, change->to, change->to + (change->end - change->start));
}

static int add_ranges(const struct intervals *from, struct intervals *ret)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < from->count; i++)
		err = intervals__append(ret, from->items[i].start, from->items[i].end, 0);
	return err;
}

/* Of two lists, the mappings that are in one of them only. */
static int add_other_vmas(const struct vma_list *list, const struct vma_list *other,
			  struct intervals *ret)
{
	size_t i, at = 0;
	int err = 0;

	for (i = 0; !err && i < list->count; i++) {
		const struct vma *vma = &list->vmas[i];

		while (at < other->count && other->vmas[at].start < vma->start)
			at++;
		if (at == other->count || !vma_same(vma, &other->vmas[at]))
			err = intervals__append(ret, vma->start, vma->end, 0);
	}
	return err;
}

/* A huge page may be made or split as a whole, and a page table is filled around a fault. */
static void round_out(struct intervals *ranges, uint64_t unit)
{
	size_t i;

	for (i = 0; i < ranges->count; i++) {
		struct interval *range = &ranges->items[i];

		range->start -= range->start % unit;
		range->end += (unit - range->end % unit) % unit;
	}
	intervals__settle(ranges);
}

/* The pages of hugetlb may be larger than that. */
static int add_hugetlb(const struct vma_list *vmas, struct intervals *ret)
{
	size_t i, count = ret->count;
	int err = 0;

	for (i = 0; !err && i < vmas->count; i++) {
		const struct vma *vma = &vmas->vmas[i];
		const struct intervals found = { .items = ret->items, .count = count };

		if (vma->kind == VMA_HUGETLB && intervals__bytes(&found, vma->start, vma->end))
			err = intervals__append(ret, vma->start, vma->end, 0);
	}
	intervals__settle(ret);
	return err;
}

int rescan__faults(struct engine *engine, const struct target *target, uint64_t since_ns,
		   struct intervals *ret)
{
	uint64_t fault_ns = rescan_fault_ns();

	return faults__touched_since(engine->faults, target->slot,
				     since_ns > fault_ns ? since_ns - fault_ns : 0, ret);
}

int rescan__ranges(struct engine *engine, struct target *target, const struct vma_list *was,
		   uint64_t since_ns, struct intervals *ret)
{
	uint64_t chunk = CHUNK_PAGES * engine->environment.page_bytes;
	uint64_t pmd = engine->environment.pmd_bytes;
	int err = rescan__faults(engine, target, since_ns, ret);

	if (!err)
		err = touch__pending(target->touch, 0, ret);
	if (!err)
		err = add_ranges(&target->rescan.dirty, ret);
	if (!err)
		err = add_other_vmas(was, &target->vmas, ret);
	if (!err)
		err = add_other_vmas(&target->vmas, was, ret);
	if (err)
		return err;
	round_out(ret, pmd > chunk ? pmd : chunk);
	return add_hugetlb(&target->vmas, ret);
}

/* What the runs have of what the kernel counts, KiB. */
static struct rescan_sums sum_runs(const struct page_runs *runs, const struct vma_list *vmas)
{
	struct rescan_sums sums = { 0 };
	size_t i;

	for (i = 0; i < vmas->count; i++) {
		const struct vma *vma = &vmas->vmas[i];
		size_t at = page_runs__lower_bound(runs, vma->start);
		struct page_run part;

		while (page_runs__part(runs, &at, vma->start, vma->end, &part)) {
			int64_t kib = (int64_t)((part.end - part.start) / 1024);

			if (part.state == PAGE_SWAPPED)
				sums.kib[1] += kib;
			else if (page_state_resident(part.state))
				sums.kib[vma->kind == VMA_HUGETLB ? 2 : 0] += kib;
		}
	}
	return sums;
}

static struct rescan_sums sums_of(const struct proc_memory *memory)
{
	return (struct rescan_sums){ { (int64_t)(memory->anon + memory->file + memory->shmem),
				       (int64_t)memory->swap, (int64_t)memory->hugetlb } };
}

struct rescan_drift rescan_drift(const struct page_runs *runs, const struct vma_list *vmas,
				 const struct proc_memory *before, const struct proc_memory *after)
{
	const struct rescan_sums seen = sum_runs(runs, vmas);
	const struct rescan_sums a = sums_of(before), b = sums_of(after);
	struct rescan_drift drift;
	int i;

	for (i = 0; i < RESCAN_SUMS; i++) {
		int64_t least = a.kib[i] < b.kib[i] ? a.kib[i] : b.kib[i];
		int64_t most = a.kib[i] < b.kib[i] ? b.kib[i] : a.kib[i];

		drift.least.kib[i] = least - seen.kib[i];
		drift.most.kib[i] = most - seen.kib[i];
	}
	return drift;
}

bool rescan_drifted(const struct rescan_drift *was, const struct rescan_drift *now)
{
	int i;

	for (i = 0; i < RESCAN_SUMS; i++) {
		if (now->least.kib[i] > was->most.kib[i] || now->most.kib[i] < was->least.kib[i])
			return true;
	}
	return false;
}
