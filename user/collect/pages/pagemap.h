/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The page tables of a process as extents of equal categories. There are two readers: SCAN uses
 * PAGEMAP_SCAN (v6.7, 52526ca7fdb9), with each category probed; READ uses pread of the pagemap
 * words in windows and move_pages for the zero page. Memory use does not depend on the span that is
 * scanned.
 *
 * Both report the same for a page, except that READ reports HUGE only on request and if it can
 * tell. Both leave out mapped pages that are not memory of the process, as smaps' Rss does: device
 * memory and [vvar]. So pages that are PRESENT and not PFNZERO sum up to Rss, without hugetlb. A
 * guard page has GUARD only, without SWAPPED.
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

/* -EOPNOTSUPP if the forced reader does not work here; -EACCES if not permitted. */
int pagemap__open(const struct proc *proc, enum page_reader reader, struct pagemap **ret);
void pagemap__close(struct pagemap *pagemap);

/* SCAN or READ, never AUTO. */
enum page_reader pagemap__reader(const struct pagemap *pagemap);

/* The categories that this reader can distinguish (enum page_category). */
uint32_t pagemap__known_categories(const struct pagemap *pagemap);

/*
 * READ: from now on also reports HUGE for pages of pmd_bytes, in VMAs that are scanned whole (SCAN
 * always does). If there are pages that could be huge, it reads smaps once. Pages that it cannot
 * tell are MAYBE_HUGE, and huge_unsure is true.
 */
void pagemap__tell_huge(struct pagemap *pagemap, uint64_t pmd_bytes);
bool pagemap__huge_unsure(const struct pagemap *pagemap);

/*
 * All threads of the target are stopped: the scan does not pause for them, and takes a second thread
 * of ours for long ranges, if we may use two CPUs.
 */
void pagemap__stands_still(struct pagemap *pagemap);

/* Of each piece that a scan has done, its bytes are told; by default to nobody. */
void pagemap__tell_walked(struct pagemap *pagemap, void (*walked)(uint64_t bytes));

/*
 * Appends the extents of [start, end) (bytes, page-aligned, within vma) to *list in address order.
 * Absent pages are left out; neighbours of this call with equal categories are joined. Adds to
 * *unreadable the pages that could not be read, and those that may be the zero page or not (READ if
 * move_pages is refused: they are PRESENT in *list). A system call holds the target's mmap lock for
 * some 0.2 ms, with pauses in between (scan_pace.h). 0 or -errno (-ESRCH: the address space is
 * gone); on failure *list is unchanged.
 */
int pagemap__scan(struct pagemap *pagemap, const struct vma *vma, uint64_t start, uint64_t end,
		  struct extent_list *list, uint64_t *unreadable);

void extent_list__deinit(struct extent_list *list);

/*
 * Whether PAGEMAP_SCAN works here, tried on our own process. 0 or -errno. *categories: those that
 * it supports.
 */
int pagemap_probe_scan(uint32_t *categories);

#endif
