/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Huge pages for the READ reader, which sees small pages only. A PMD entry maps an aligned range
 * that is completely present, and smaps says how many such entries a VMA has. If none or all of the
 * candidates are huge, that is enough. Otherwise kpageflags says which frames belong to a huge
 * page. What is still unknown is marked.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "collect/pages/frame_flags.h"
#include "collect/pages/pagemap_priv.h"
#include "collect/pages/pagemap_words.h"

struct candidates {
	uint64_t *starts; /* whole PMD ranges of small pages, in address order */
	size_t count;
	size_t capacity;
};

static int candidates__find(struct candidates *candidates, const struct page_walk *walk)
{
	const uint64_t pmd = walk->pagemap->pmd_bytes;
	size_t i;

	for (i = walk->first; i < walk->list->count; i++) {
		const struct extent *extent = &walk->list->extents[i];
		uint64_t at = (extent->start + pmd - 1) / pmd * pmd;

		for (; extent->categories == PAGE_IS_PRESENT_BIT && at + pmd <= extent->end;
		     at += pmd) {
			int err = array_reserve((void **)&candidates->starts, &candidates->capacity,
						candidates->count + 1, sizeof(*candidates->starts));

			if (err)
				return err;
			candidates->starts[candidates->count++] = at;
		}
	}
	return 0;
}

/* Whether the frames from address on belong to one huge page: aligned, in order, flagged. */
static bool is_huge_frame(struct pagemap *pagemap, uint64_t address)
{
	const uint64_t pages = pagemap->pmd_bytes / pagemap->page_bytes;
	uint64_t first, flags, i;

	if (pages > READ_WORDS || pagemap_words__read(pagemap->fd, pagemap->page_bytes, address,
						      pagemap->words, pages) != (ssize_t)pages)
		return false;
	first = pagemap->words[0] & UAPI_PM_FRAME;
	if (!first || first % pages)
		return false;
	for (i = 0; i < pages; i++) {
		if (!(pagemap->words[i] & UAPI_PM_PRESENT) ||
		    (pagemap->words[i] & UAPI_PM_FRAME) != first + i)
			return false;
	}
	return !frame_flags_read(pagemap->flags_fd, first, &flags) && (flags & FRAME_IS_THP);
}

/* Keeps the candidates whose frames belong to one huge page, if there are at least as many. */
static void candidates__narrow(struct candidates *candidates, struct pagemap *pagemap,
			       size_t wanted)
{
	uint64_t *kept;
	size_t count = 0, i;

	if (pagemap->flags_fd < 0)
		return;
	kept = calloc(candidates->count, sizeof(*kept));
	if (!kept)
		return;
	for (i = 0; i < candidates->count; i++) {
		if (is_huge_frame(pagemap, candidates->starts[i]))
			kept[count++] = candidates->starts[i];
	}
	if (count >= wanted) {
		memcpy(candidates->starts, kept, count * sizeof(*kept));
		candidates->count = count;
	}
	free(kept);
}

/* Repeats the extents of the walk, with the mark on what the candidates cover. */
static int mark_extents(struct page_walk *walk, const struct candidates *candidates,
			uint32_t category)
{
	const uint64_t pmd = walk->pagemap->pmd_bytes;
	struct extent_list *list = walk->list;
	size_t count = list->count - walk->first, i, next = 0;
	struct extent *old = malloc((count + 1) * sizeof(*old));
	int err = 0;

	if (!old)
		return -ENOMEM;
	memcpy(old, list->extents + walk->first, count * sizeof(*old));
	list->count = walk->first;
	for (i = 0; !err && i < count; i++) {
		uint64_t at = old[i].start;

		while (!err && next < candidates->count && candidates->starts[next] < old[i].end) {
			uint64_t start = candidates->starts[next++];

			if (at < start)
				err = extent_list__add(list, walk->first, at, start,
						       old[i].categories);
			if (!err)
				err = extent_list__add(list, walk->first, start, start + pmd,
						       old[i].categories | category);
			at = start + pmd;
		}
		if (!err && at < old[i].end)
			err = extent_list__add(list, walk->first, at, old[i].end,
					       old[i].categories);
	}
	free(old);
	return err;
}

int page_walk__tell_huge(struct page_walk *walk)
{
	struct pagemap *pagemap = walk->pagemap;
	struct candidates candidates = { 0 };
	const struct smaps_vma *counts;
	uint32_t category = PAGE_IS_HUGE_BIT;
	size_t wanted;
	int err = 0;

	if (!pagemap->pmd_bytes || walk->vma->shared || walk->vma->kind == VMA_HUGETLB)
		return 0;
	err = candidates__find(&candidates, walk);
	if (err || !candidates.count)
		goto out;
	counts = pagemap_smaps_of(pagemap, walk);
	wanted = counts ? counts->anon_huge / pagemap->pmd_bytes : candidates.count;
	if (!wanted)
		goto out;
	if (wanted < candidates.count)
		candidates__narrow(&candidates, pagemap, wanted);
	if (!counts || wanted != candidates.count) {
		category = PAGE_MAYBE_HUGE_BIT;
		pagemap->huge_unsure = true;
	}
	err = mark_extents(walk, &candidates, category);
out:
	free(candidates.starts);
	return err;
}
