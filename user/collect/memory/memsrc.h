/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A target's memory, read without changing it: only pages that are present are read (reading
 * another would fault it in), each once, through a cache with a budget. What is read is
 * untrusted, and may change while it is read.
 */
#ifndef COLLECT_MEMSRC_H
#define COLLECT_MEMSRC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collect/proc/procfs.h"

#define MEMSRC_LOAD_PAGES 64u /* that one load asks for, at most */
#define MEMSRC_SAMPLES 64u

/* The first bytes of each of count pieces of memory; none of them crosses a page's end. */
struct memsrc_samples {
	uint64_t address;
	uint64_t stride; /* bytes from one to the next */
	size_t count;
	size_t bytes; /* of each */
};

/*
 * Where the pages come from. Loads count pages (at most MEMSRC_LOAD_PAGES) from a
 * page-aligned address (bytes) into buffer; present[i] tells which of them were there.
 * 0, or -errno (-ESRCH: the target is gone).
 */
struct memsrc_backend {
	int (*load)(void *ctx, uint64_t address, size_t count, uint8_t *buffer, bool *present);
	/* See memsrc__sample; NULL: it is done by load. At most MEMSRC_SAMPLES of them. */
	int (*sample)(void *ctx, const struct memsrc_samples *samples, uint8_t *buffer,
		      bool *present);
	void (*close)(void *ctx);
	/* Whether a page that was not there is in swap space; NULL: none is. */
	bool (*swapped)(void *ctx, uint64_t address);
	void *ctx;
};

struct memsrc;

/* Takes the backend over. At most max_pages are kept; NULL and errno when there is no memory. */
struct memsrc *memsrc__new(const struct memsrc_backend *backend, uint64_t page_bytes,
			   size_t max_pages);

/* The memory of a living process, through /proc/PID/mem and pagemap. 0 or -errno. */
int memsrc__open_live(const struct proc *proc, uint64_t page_bytes, size_t max_pages,
		      struct memsrc **ret);
void memsrc__close(struct memsrc *memsrc);

/*
 * Copies [address, address + bytes). -EFAULT: some page of it is not present (nothing was
 * faulted in for it), -ENOSPC: the budget is spent, -ESRCH: the target is gone.
 */
int memsrc__read(struct memsrc *memsrc, uint64_t address, void *buffer, size_t bytes);

/*
 * Loads what lies in [address, address + bytes) and is not in the cache, in as few steps as can
 * be: for a range that will be read as a whole. What fails will fail again when it is read.
 */
void memsrc__prefetch(struct memsrc *memsrc, uint64_t address, size_t bytes);

/* As memsrc__read, past the cache, for a second look at what may have changed. */
int memsrc__read_again(struct memsrc *memsrc, uint64_t address, void *buffer, size_t bytes);

/*
 * Pages past the cache, for what is looked through once: count (at most MEMSRC_LOAD_PAGES) from
 * a page-aligned address into buffer; present[i] tells which of them were there. 0 or -errno.
 */
int memsrc__load(struct memsrc *memsrc, uint64_t address, size_t count, uint8_t *buffer,
		 bool *present);

/* The same for the samples alone (at most MEMSRC_SAMPLES), one behind the other in buffer. */
int memsrc__sample(struct memsrc *memsrc, const struct memsrc_samples *samples, uint8_t *buffer,
		   bool *present);

/* One piece of a gathering: at most a page long. */
struct memsrc_span {
	uint64_t address;
	size_t bytes;
	void *to;
	bool *read; /* set to false where it was not there */
};

/*
 * Reads many small pieces past the cache, in the order of their addresses (it sorts them), each
 * page of the target once. 0 or -errno.
 */
int memsrc__gather(struct memsrc *memsrc, struct memsrc_span *spans, size_t count);

/* Empties the cache: what is read next is of that moment. Pages read so far stay in the budget. */
void memsrc__forget(struct memsrc *memsrc);

/* Pages in swap space that were asked for, and not got: what they hold is not known. */
uint64_t memsrc__swapped(const struct memsrc *memsrc);

uint64_t memsrc__page_bytes(const struct memsrc *memsrc);

/* Pages read so far, and kept. */
size_t memsrc__pages(const struct memsrc *memsrc);

#endif
