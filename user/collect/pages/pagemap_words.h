/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The words of /proc/PID/pagemap, one a page, and what each of them says. */
#ifndef COLLECT_PAGEMAP_WORDS_H
#define COLLECT_PAGEMAP_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Reads up to count words from that of the page at address (bytes, page-aligned) on.
 * The number read, 0 where the address space is gone, or -errno.
 */
ssize_t pagemap_words__read(int fd, uint64_t page_bytes, uint64_t address, uint64_t *words,
			    size_t count);

/*
 * The categories of a page (enum page_category), without PFNZERO and HUGE. Of a swap entry
 * SWAPPED, PRESENT where it stands for a frame that only moves, GUARD or 0 where it is a marker
 * and the page is not there. Without CAP_SYS_ADMIN a word says no more than SWAPPED of all these,
 * but of page cache, which can only move.
 */
uint32_t pagemap_word__categories(uint64_t word);

/* Whether this machine has swap space now, or does not say. */
bool may_have_swap(void);

#endif
