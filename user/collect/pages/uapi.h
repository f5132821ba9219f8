/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Kernel interfaces newer than the headers we build against. The values are ABI; the names have a
 * prefix so that they do not clash with newer headers.
 */
#ifndef COLLECT_UAPI_H
#define COLLECT_UAPI_H

#include <stdint.h>
#include <sys/ioctl.h>

/* ioctl on /proc/PID/pagemap, v6.7 (52526ca7fdb9); categories: facts/page.h */
struct uapi_page_region {
	uint64_t start;
	uint64_t end;
	uint64_t categories;
};

struct uapi_pm_scan_arg {
	uint64_t size; /* of this struct */
	uint64_t flags;
	uint64_t start;
	uint64_t end;
	uint64_t walk_end; /* out: where the walk stopped */
	uint64_t vec;
	uint64_t vec_len;
	uint64_t max_pages; /* matching pages, 0: no limit */
	uint64_t category_inverted;
	uint64_t category_mask;
	uint64_t category_anyof_mask;
	uint64_t return_mask;
};

#define UAPI_PAGEMAP_SCAN _IOWR('f', 16, struct uapi_pm_scan_arg)

_Static_assert(sizeof(struct uapi_page_region) == 24, "PAGEMAP_SCAN ABI");
_Static_assert(sizeof(struct uapi_pm_scan_arg) == 96, "PAGEMAP_SCAN ABI");

/* cachestat(2), v6.5 (cf264e1329fb): the same number on all machines but alpha. */
#define UAPI_SYS_CACHESTAT 451

struct uapi_cachestat_range {
	uint64_t offset;
	uint64_t bytes; /* 0: to the end */
};

struct uapi_cachestat { /* pages */
	uint64_t cached;
	uint64_t dirty;
	uint64_t writeback;
	uint64_t evicted; /* of shared memory: in swap space (mm/filemap.c, filemap_cachestat) */
	uint64_t recently_evicted;
};

/* The words of /proc/PID/pagemap (Documentation/admin-guide/mm/pagemap.rst). */
/* The frame's number. Of a swap entry: its type + 32 * its offset. 0: not permitted. */
#define UAPI_PM_FRAME ((1ull << 55) - 1)
#define UAPI_PM_EXCLUSIVE (1ull << 56) /* v4.2 */
#define UAPI_PM_GUARD (1ull << 58)     /* v6.15 */
#define UAPI_PM_FILE (1ull << 61)      /* page cache or shared memory; also the huge zero page */
#define UAPI_PM_SWAP (1ull << 62)
#define UAPI_PM_PRESENT (1ull << 63)

#endif
