/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A living process. /proc/PID/mem is bound to the address space on which it was opened: after an
 * exec it reads nothing, and it never reads another process.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/memory/memsrc.h"
#include "collect/pages/pagemap_words.h"
#include "collect/pages/uapi.h"
#include "facts/page.h"

struct live {
	int mem;
	int pagemap;
	uint64_t page_bytes;
};

static void close_live(void *ctx)
{
	struct live *live = ctx;

	close(live->mem);
	close(live->pagemap);
	free(live);
}

#define WINDOW 512u /* pages per read of pagemap */

/* Reading mem faults in an absent page, as the target itself would: ask pagemap first. */
static int find_present(const struct live *live, uint64_t page, size_t count, bool *present)
{
	uint64_t entries[WINDOW] = { 0 };
	ssize_t got, i;

	got = pagemap_words__read(live->pagemap, live->page_bytes, page * live->page_bytes, entries,
				  count);
	if (got < 0)
		return got == -EINVAL || got == -EIO ? 0 : (int)got;
	for (i = 0; i < got; i++)
		present[i] = entries[i] & UAPI_PM_PRESENT;
	return 0;
}

static bool is_swapped(void *ctx, uint64_t address)
{
	const struct live *live = ctx;
	uint64_t word;

	return pagemap_words__read(live->pagemap, live->page_bytes, address, &word, 1) == 1 &&
	       pagemap_word__categories(word) == PAGE_IS_SWAPPED_BIT;
}

static int sample_live(void *ctx, const struct memsrc_samples *samples, uint8_t *buffer,
		       bool *present)
{
	struct live *live = ctx;
	bool pages[WINDOW] = { false };
	uint64_t first = samples->address / live->page_bytes;
	uint64_t last =
		(samples->address + (samples->count - 1) * samples->stride) / live->page_bytes;
	size_t i;
	int err;

	if (last - first >= WINDOW)
		return -EINVAL;
	err = find_present(live, first, last - first + 1, pages);
	for (i = 0; !err && i < samples->count; i++) {
		uint64_t at = samples->address + i * samples->stride;

		present[i] = pages[at / live->page_bytes - first] &&
			     pread(live->mem, buffer + i * samples->bytes, samples->bytes,
				   (off_t)at) == (ssize_t)samples->bytes;
	}
	return err;
}

static int load_live(void *ctx, uint64_t address, size_t count, uint8_t *buffer, bool *present)
{
	struct live *live = ctx;
	size_t i, end;
	int err;

	memset(present, 0, count * sizeof(*present));
	err = find_present(live, address / live->page_bytes, count, present);
	for (i = 0; !err && i < count; i = end) {
		size_t bytes;
		ssize_t got;

		for (end = i; end < count && present[end] == present[i]; end++)
			;
		if (!present[i])
			continue;
		bytes = (end - i) * live->page_bytes;
		got = pread(live->mem, buffer + i * live->page_bytes, bytes,
			    (off_t)(address + i * live->page_bytes));
		/* Device pages and the like are present but unreadable. */
		if (got != (ssize_t)bytes)
			memset(present + i, 0, (end - i) * sizeof(*present));
	}
	return err;
}

int memsrc__open_live(const struct proc *proc, uint64_t page_bytes, size_t max_pages,
		      struct memsrc **ret)
{
	struct memsrc_backend backend = { load_live, sample_live, close_live, NULL, NULL };
	struct live *live = calloc(1, sizeof(*live));

	if (!live)
		return -ENOMEM;
	live->page_bytes = page_bytes;
	live->mem = proc__open_memory(proc, "mem");
	live->pagemap = live->mem < 0 ? live->mem : proc__open_memory(proc, "pagemap");
	if (live->pagemap < 0) {
		int err = live->pagemap;

		if (live->mem >= 0)
			close(live->mem);
		free(live);
		return err;
	}
	backend.ctx = live;
	if (may_have_swap())
		backend.swapped = is_swapped;
	*ret = memsrc__new(&backend, page_bytes, max_pages);
	if (*ret)
		return 0;
	close_live(live);
	return -ENOMEM;
}
