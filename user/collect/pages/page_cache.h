/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the page cache has of an open file. Nothing is read from the file, and no page is mapped. */
#ifndef COLLECT_PAGE_CACHE_H
#define COLLECT_PAGE_CACHE_H

#include <stdint.h>

#include "facts/cached.h"

/* An open regular file. */
struct page_cache {
	int fd;
	bool shmem;  /* of tmpfs: shared memory */
	bool stands; /* on another file's cache, as overlayfs does: cachestat would find nothing */
	bool untold; /* DAX has no page cache, hugetlbfs does not tell */
};

/* fd stays the caller's. 0 or -errno. */
int page_cache__init(struct page_cache *cache, int fd);

/*
 * Counts pages of `bytes` bytes from offset, both page-aligned. Adds to *ret: cached, dirty, swapped;
 * sets answer to what it has if it is not CACHED_KNOWN, and takes tells_dirty and tells_swapped back.
 * By cachestat (v6.5, cf264e1329fb), else by mincore on a mapping of our own.
 */
void page_cache__add(const struct page_cache *cache, uint64_t offset, uint64_t bytes,
		     uint64_t page_bytes, struct cached_run *ret);

/* Whether cachestat works here: 0 or -errno. */
int page_cache_probe(void);

#endif
