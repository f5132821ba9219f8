/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/pages/pagemap_words.h"

#include <errno.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "collect/pages/uapi.h"
#include "facts/page.h"

/*
 * A swap entry has one of 32 types (include/linux/swap.h, MAX_SWAPFILES). At most nine are not swap
 * areas: four for device memory, three for migration, poisoned memory, markers. They are the last
 * types in every kernel configuration; a swap area gets the first free type.
 */
#define SWAP_TYPES 32u
#define SWAP_AREAS (SWAP_TYPES - 9u)

/*
 * The offset of a marker is its flags (include/linux/swapops.h, v5.19, 679d10331910; GUARD: v6.13,
 * 7c53dfbdb024). The offset of other types is a frame number, and no process gets the first frames.
 */
#define MARKER_FLAGS 7u
#define MARKER_GUARD 4u

static uint32_t swap_entry_categories(uint64_t word)
{
	uint64_t entry = word & UAPI_PM_FRAME, offset = entry / SWAP_TYPES;

	/* Page cache is not swapped from here, so it is being moved. */
	if (word & UAPI_PM_FILE)
		return PAGE_IS_PRESENT_BIT;
	if (entry % SWAP_TYPES < SWAP_AREAS)
		return PAGE_IS_SWAPPED_BIT;
	if (offset > MARKER_FLAGS)
		return PAGE_IS_PRESENT_BIT;
	return offset & MARKER_GUARD ? PAGE_IS_GUARD_BIT : 0;
}

uint32_t pagemap_word__categories(uint64_t word)
{
	uint32_t categories = 0;

	if (word & UAPI_PM_GUARD)
		return PAGE_IS_GUARD_BIT;
	if (word & UAPI_PM_PRESENT)
		categories = PAGE_IS_PRESENT_BIT;
	else if (word & UAPI_PM_SWAP)
		categories = swap_entry_categories(word);
	if ((categories & PAGE_IS_PRESENT_BIT) && (word & UAPI_PM_FILE))
		categories |= PAGE_IS_FILE_BIT;
	return categories;
}

ssize_t pagemap_words__read(int fd, uint64_t page_bytes, uint64_t address, uint64_t *words,
			    size_t count)
{
	ssize_t got;

	do {
		got = pread(fd, words, count * sizeof(*words),
			    (off_t)(address / page_bytes * sizeof(*words)));
	} while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got / (ssize_t)sizeof(*words);
}

bool may_have_swap(void)
{
	struct sysinfo info;

	return sysinfo(&info) || info.totalswap;
}
