/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The zero page for the READ reader, if neither move_pages nor the frame shows it. */
#include "collect/pages/pagemap_priv.h"

/* Of the two zero pages only the huge one, which one PMD entry maps, has the FILE bit. */
uint32_t pagemap_zero_categories(const struct pagemap *pagemap, uint32_t categories)
{
	bool huge = pagemap->pmd_bytes && (categories & PAGE_IS_FILE_BIT);

	return PAGE_IS_PRESENT_BIT | PAGE_IS_PFNZERO_BIT | (huge ? PAGE_IS_HUGE_BIT : 0);
}

/*
 * The zero page is not in Rss. If Rss counts only the other pages of the VMA, all open pages are
 * zero pages; if it counts them too, none is.
 */
void page_walk__tell_zero(struct page_walk *walk)
{
	struct extent_list *list = walk->list;
	const struct smaps_vma *counts;
	uint64_t open = 0, resident = 0;
	bool all_zero;
	size_t i;

	for (i = walk->first; i < list->count; i++) {
		const struct extent *extent = &list->extents[i];

		if (extent->categories & PAGE_MAYBE_ZERO)
			open += extent->end - extent->start;
		else if ((extent->categories & PAGE_IS_PRESENT_BIT) &&
			 !(extent->categories & PAGE_IS_PFNZERO_BIT))
			resident += extent->end - extent->start;
	}
	if (!open)
		return;
	counts = pagemap_smaps_of(walk->pagemap, walk);
	all_zero = counts && counts->rss == resident;
	if (!all_zero && (!counts || counts->rss != resident + open))
		walk->unreadable += open / walk->pagemap->page_bytes;
	for (i = walk->first; i < list->count; i++) {
		uint32_t *categories = &list->extents[i].categories;

		if (!(*categories & PAGE_MAYBE_ZERO))
			continue;
		*categories &= ~PAGE_MAYBE_ZERO;
		if (all_zero)
			*categories = pagemap_zero_categories(walk->pagemap, *categories);
	}
}
