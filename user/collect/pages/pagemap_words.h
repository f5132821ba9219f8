/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The words of /proc/PID/pagemap, one per page, and what each says. */
#ifndef COLLECT_PAGEMAP_WORDS_H
#define COLLECT_PAGEMAP_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Reads up to count words, beginning with the page at address (bytes, page-aligned). Returns the
 * number read, 0 if the address space is gone, or -errno.
 */
ssize_t pagemap_words__read(int fd, uint64_t page_bytes, uint64_t address, uint64_t *words,
			    size_t count);

/*
 * The categories of a page (enum page_category), without PFNZERO and HUGE. For a swap entry:
 * SWAPPED; PRESENT if its frame is only being moved; GUARD or 0 if it is a marker, so that the page
 * is absent. Without CAP_SYS_ADMIN the word says only SWAPPED for all of these, except for page
 * cache, which can only be moving.
 */
uint32_t pagemap_word__categories(uint64_t word);

/* Whether this machine has swap space; true if it does not say. */
bool may_have_swap(void);

#endif
