/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The page tables of a process as extents of like categories. Two readers:
 * PAGEMAP_SCAN (v6.7, 52526ca7fdb9) with each category probed, and a windowed pread of
 * the pagemap words, the zero page resolved by move_pages. Memory use does not
 * depend on the span that is scanned.
 *
 * Both say the same of a page, but that READ says HUGE only where it was asked to and can tell. Both
 * leave out what is mapped but no memory of the process, as smaps' Rss does: device
 * memory and [vvar]. Pages PRESENT and not PFNZERO thus sum up to Rss, hugetlb
 * apart. A guard page is GUARD alone, without SWAPPED.
 */
#ifndef COLLECT_PAGEMAP_H
#define COLLECT_PAGEMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "collect/proc/procfs.h"
#include "facts/page.h"
#include "facts/vma.h"

enum page_reader { PAGE_READER_AUTO, PAGE_READER_SCAN, PAGE_READER_READ };

struct pagemap;

/* -EOPNOTSUPP when the forced reader does not work here; -EACCES when not allowed. */
int pagemap__open(const struct proc *proc, enum page_reader reader, struct pagemap **ret);
void pagemap__close(struct pagemap *pagemap);

/* SCAN or READ, never AUTO. */
enum page_reader pagemap__reader(const struct pagemap *pagemap);

/* The categories this reader can tell apart (enum page_category). */
uint32_t pagemap__known_categories(const struct pagemap *pagemap);

/*
 * READ: from here on it also says HUGE of pages of pmd_bytes (SCAN does without being asked), of
 * VMAs that are scanned whole. That reads smaps once, if there are pages that could be huge. Pages
 * that it cannot tell are MAYBE_HUGE, and huge_unsure is true.
 */
void pagemap__tell_huge(struct pagemap *pagemap, uint64_t pmd_bytes);
bool pagemap__huge_unsure(const struct pagemap *pagemap);

/*
 * Appends the extents of [start, end) (bytes, page-aligned, within vma) in
 * address order to *list; absent pages are left out; neighbours of this call
 * with the same categories are joined. Adds to *unreadable the pages that could not be
 * read, or of which it could not be told whether they are the zero page (READ
 * where move_pages is refused: they are PRESENT in *list).
 * A call to the kernel holds the target's mmap lock for some 0.2 ms, and the lock is left alone
 * in between (scan_pace.h). 0 or -errno (-ESRCH: the address space is gone); on failure *list is
 * as before.
 */
int pagemap__scan(struct pagemap *pagemap, const struct vma *vma, uint64_t start, uint64_t end,
		  struct extent_list *list, uint64_t *unreadable);

void extent_list__deinit(struct extent_list *list);

/* Does PAGEMAP_SCAN work here, asked of our own process? 0 or -errno. *categories: those known. */
int pagemap_probe_scan(uint32_t *categories);

#endif
