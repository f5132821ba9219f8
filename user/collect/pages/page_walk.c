/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What both readers, and later passes, do with the pages they find. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "collect/pages/pagemap_priv.h"
#include "collect/pages/pagemap_words.h"

int extent_list__add(struct extent_list *list, size_t first, uint64_t start, uint64_t end,
		     uint32_t categories)
{
	struct extent *last = list->count > first ? &list->extents[list->count - 1] : NULL;
	int err;

	if (last && last->end == start && last->categories == categories) {
		last->end = end;
		return 0;
	}
	err = array_reserve((void **)&list->extents, &list->capacity, list->count + 1,
			    sizeof(*list->extents));
	if (!err)
		list->extents[list->count++] = (struct extent){ start, end, categories };
	return err;
}

void extent_list__deinit(struct extent_list *list)
{
	free(list->extents);
	memset(list, 0, sizeof(*list));
}

/*
 * The kernel walks no VM_PFNMAP area, but in a VM_MIXEDMAP area it reports PRESENT for pages that
 * vm_normal_page() does not return. A shared mapping holds only page cache, which reads FILE, so
 * any other present page in it is such device memory. So is [vvar], although it is private. A page
 * of [vdso] without FILE is a copy made by a debugger, and counts.
 */
static bool is_memory(const struct vma *vma, uint32_t categories)
{
	if (!(categories & PAGE_IS_PRESENT_BIT) || (categories & PAGE_IS_FILE_BIT))
		return true;
	if (vma->kind == VMA_SPECIAL && !strncmp(vma->path, "[vvar", 5))
		return false;
	return !vma->shared;
}

/*
 * While the kernel moves a page to another frame (compaction) it has a swap entry, but it counts as
 * resident (fs/proc/task_mmu.c, smaps_pte_entry). The pagemap word shows that. Without permission
 * to see it, we still know that it is not swapped if the machine has no swap space.
 */
static bool may_swap(struct page_walk *walk)
{
	if (!walk->asked_for_swap)
		walk->has_swap = may_have_swap();
	walk->asked_for_swap = true;
	return walk->has_swap;
}

int page_walk__add(struct page_walk *walk, uint64_t start, uint64_t end, uint32_t categories)
{
	/* A guard page is a marker that looks like a swap entry. */
	if (categories & PAGE_IS_GUARD_BIT)
		categories = PAGE_IS_GUARD_BIT;
	if ((categories & PAGE_IS_SWAPPED_BIT) && !may_swap(walk))
		categories ^= PAGE_IS_SWAPPED_BIT | PAGE_IS_PRESENT_BIT;
	if (!categories || !is_memory(walk->vma, categories))
		return 0;
	return extent_list__add(walk->list, walk->first, start, end, categories);
}

const struct smaps_vma *pagemap_smaps_of(struct pagemap *pagemap, const struct page_walk *walk)
{
	if (walk->start != walk->vma->start || walk->end != walk->vma->end)
		return NULL;
	if (pagemap->smaps_error > 0)
		pagemap->smaps_error = smaps__read(pagemap->proc, &pagemap->smaps);
	return smaps__find(&pagemap->smaps, walk->start, walk->end);
}
