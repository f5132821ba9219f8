/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Reads a target's memory without changing it. Only present pages are read (reading others would
 * fault them in), each once, through a cache with a budget. What is read is untrusted, and may
 * change during the read.
 */
#ifndef COLLECT_MEMSRC_H
#define COLLECT_MEMSRC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collect/proc/procfs.h"

#define MEMSRC_LOAD_PAGES 64u /* per load, at most */
#define MEMSRC_SAMPLES 64u

/* The first bytes of each of `count` pieces of memory; none of them crosses the end of a page. */
struct memsrc_samples {
	uint64_t address;
	uint64_t stride; /* bytes from one to the next */
	size_t count;
	size_t bytes; /* of each */
};

/*
 * Where the pages come from. load reads count pages (at most MEMSRC_LOAD_PAGES) from a page-aligned
 * address (bytes) into buffer; present[i] says which of them were present. 0, or -errno (-ESRCH:
 * the target is gone).
 */
struct memsrc_backend {
	int (*load)(void *ctx, uint64_t address, size_t count, uint8_t *buffer, bool *present);
	/* See memsrc__sample; NULL: load is used. At most MEMSRC_SAMPLES of them. */
	int (*sample)(void *ctx, const struct memsrc_samples *samples, uint8_t *buffer,
		      bool *present);
	void (*close)(void *ctx);
	/* Whether an absent page is in swap space; NULL: none is. */
	bool (*swapped)(void *ctx, uint64_t address);
	void *ctx;
};

struct memsrc;

/* Takes over the backend. Keeps at most max_pages. NULL and errno if there is no memory. */
struct memsrc *memsrc__new(const struct memsrc_backend *backend, uint64_t page_bytes,
			   size_t max_pages);

/* The memory of a living process, through /proc/PID/mem and pagemap. 0 or -errno. */
int memsrc__open_live(const struct proc *proc, uint64_t page_bytes, size_t max_pages,
		      struct memsrc **ret);
void memsrc__close(struct memsrc *memsrc);

/*
 * Copies [address, address + bytes). -EFAULT: a page of it is absent (nothing was faulted in for
 * it), -ENOSPC: the budget is spent, -ESRCH: the target is gone.
 */
int memsrc__read(struct memsrc *memsrc, uint64_t address, void *buffer, size_t bytes);

/*
 * Loads the part of [address, address + bytes) that is not in the cache, in as few steps as
 * possible: for a range that will be read as a whole. Errors are reported by the reads that follow.
 */
void memsrc__prefetch(struct memsrc *memsrc, uint64_t address, size_t bytes);

/* As memsrc__read, but past the cache: reads again what may have changed. */
int memsrc__read_again(struct memsrc *memsrc, uint64_t address, void *buffer, size_t bytes);

/*
 * Pages past the cache, for memory that is searched once: count (at most MEMSRC_LOAD_PAGES) from a
 * page-aligned address into buffer; present[i] says which of them were present. 0 or -errno.
 */
int memsrc__load(struct memsrc *memsrc, uint64_t address, size_t count, uint8_t *buffer,
		 bool *present);

/* The same for samples only (at most MEMSRC_SAMPLES), one after another in buffer. */
int memsrc__sample(struct memsrc *memsrc, const struct memsrc_samples *samples, uint8_t *buffer,
		   bool *present);

/* One piece of a gathering: at most one page long. */
struct memsrc_span {
	uint64_t address;
	size_t bytes;
	void *to;
	bool *read; /* set to false if it was absent */
};

/*
 * Reads many small pieces past the cache, in address order (it sorts them), each page of the target
 * once. 0 or -errno.
 */
int memsrc__gather(struct memsrc *memsrc, struct memsrc_span *spans, size_t count);

/*
 * Empties the cache, so that later reads see the present content. Pages read so far still count for
 * the budget.
 */
void memsrc__forget(struct memsrc *memsrc);

/* Swapped pages that were requested and not read: their content is unknown. */
uint64_t memsrc__swapped(const struct memsrc *memsrc);

uint64_t memsrc__page_bytes(const struct memsrc *memsrc);

/* Pages read and kept so far. */
size_t memsrc__pages(const struct memsrc *memsrc);

#endif
