/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Bare loops over the page tables; see bare.h. */
#include "bare.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "collect/pages/uapi.h"
#include "facts/page.h"

/* As much a call as is quickest, whoever waits for the lock meanwhile. */
#define REGIONS 512u
#define MAX_PAGES (64u << 10)
#define WORDS (64u << 10)
#define WORD_PRESENT (UINT64_C(1) << 63)

static int open_file(pid_t pid, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int scan_range(int fd, const struct bare_range *range, struct uapi_page_region *regions,
		      uint64_t page_bytes, uint64_t *pages)
{
	struct uapi_pm_scan_arg arg = {
		.size = sizeof(arg),
		.start = range->start,
		.end = range->end,
		.vec = (uintptr_t)regions,
		.vec_len = REGIONS,
		.max_pages = MAX_PAGES,
		.category_anyof_mask = PAGE_IS_PRESENT_BIT | PAGE_IS_SWAPPED_BIT,
		.return_mask = PAGE_IS_PRESENT_BIT | PAGE_IS_SWAPPED_BIT | PAGE_IS_FILE_BIT |
			       PAGE_IS_PFNZERO_BIT | PAGE_IS_HUGE_BIT,
	};

	while (arg.start < range->end) {
		int count = ioctl(fd, UAPI_PAGEMAP_SCAN, &arg);
		int i;

		if (count < 0)
			return -errno;
		for (i = 0; i < count; i++) {
			if (regions[i].categories & PAGE_IS_PRESENT_BIT)
				*pages += (regions[i].end - regions[i].start) / page_bytes;
		}
		arg.start = arg.walk_end;
	}
	return 0;
}

int bare_scan(pid_t pid, const struct bare_range *ranges, size_t count, uint64_t *pages)
{
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	struct uapi_page_region *regions;
	size_t i;
	int fd, err = 0;

	*pages = 0;
	regions = calloc(REGIONS, sizeof(*regions));
	if (!regions)
		return -ENOMEM;
	fd = open_file(pid, "pagemap");
	if (fd < 0)
		err = fd;
	for (i = 0; !err && i < count; i++)
		err = scan_range(fd, &ranges[i], regions, page_bytes, pages);
	if (fd >= 0)
		close(fd);
	free(regions);
	return err;
}

static int pread_range(int fd, const struct bare_range *range, uint64_t *words, uint64_t page_bytes,
		       uint64_t *pages)
{
	uint64_t at = range->start / page_bytes, end = range->end / page_bytes;

	while (at < end) {
		size_t wanted = end - at < WORDS ? (size_t)(end - at) : WORDS;
		ssize_t got =
			pread(fd, words, wanted * sizeof(*words), (off_t)(at * sizeof(*words)));
		size_t i, count;

		if (got <= 0)
			return got ? -errno : -ESRCH;
		count = (size_t)got / sizeof(*words);
		for (i = 0; i < count; i++)
			*pages += !!(words[i] & WORD_PRESENT);
		at += count;
	}
	return 0;
}

int bare_pread(pid_t pid, const struct bare_range *ranges, size_t count, uint64_t *pages)
{
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	uint64_t *words;
	size_t i;
	int fd, err = 0;

	*pages = 0;
	words = calloc(WORDS, sizeof(*words));
	if (!words)
		return -ENOMEM;
	fd = open_file(pid, "pagemap");
	if (fd < 0)
		err = fd;
	for (i = 0; !err && i < count; i++)
		err = pread_range(fd, &ranges[i], words, page_bytes, pages);
	if (fd >= 0)
		close(fd);
	free(words);
	return err;
}

int bare_cat(pid_t pid, const char *name)
{
	char buffer[128 << 10];
	ssize_t got;
	int fd;

	fd = open_file(pid, name);
	if (fd < 0)
		return fd;
	do {
		got = read(fd, buffer, sizeof(buffer));
	} while (got > 0);
	got = got < 0 ? -errno : 0;
	close(fd);
	return (int)got;
}
