/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Page tables as extents: chooses the reader. */
#include "collect/pages/pagemap.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "collect/pages/pagemap_priv.h"
#include "collect/pages/pagemap_words.h"

static int init_scan(struct pagemap *pagemap)
{
	int err;

	err = pagemap_probe_categories(pagemap->fd, &pagemap->known);
	if (err)
		return err;
	pagemap->regions = calloc(SCAN_REGIONS, sizeof(*pagemap->regions));
	if (!pagemap->regions)
		return -ENOMEM;
	pagemap->reader = PAGE_READER_SCAN;
	return 0;
}

static int init_reader(struct pagemap *pagemap, enum page_reader reader)
{
	int err;

	if (reader == PAGE_READER_READ)
		return pagemap_init_read(pagemap);
	err = init_scan(pagemap);
	if (err == -EOPNOTSUPP && reader == PAGE_READER_AUTO)
		err = pagemap_init_read(pagemap);
	return err;
}

static void tell_nobody(uint64_t bytes)
{
	(void)bytes;
}

int pagemap__open(const struct proc *proc, enum page_reader reader, struct pagemap **ret)
{
	struct pagemap *pagemap = calloc(1, sizeof(*pagemap));
	int err;

	if (!pagemap)
		return -ENOMEM;
	pagemap->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	pagemap->walked = tell_nobody;
	pagemap->proc = proc;
	scan_pace__init(&pagemap->pace);
	scan_ahead__init(&pagemap->ahead, pagemap->page_bytes);
	pagemap->flags_fd = -1;
	pagemap->smaps_error = 1;
	pagemap->fd = proc__open_memory(proc, "pagemap");
	if (proc__living_thread(proc, &pagemap->pid))
		pagemap->pid = proc__pid(proc);
	err = pagemap->fd < 0 ? pagemap->fd : init_reader(pagemap, reader);
	if (err)
		pagemap__close(pagemap);
	else
		*ret = pagemap;
	return err;
}

void pagemap__close(struct pagemap *pagemap)
{
	if (!pagemap)
		return;
	scan_ahead__deinit(&pagemap->ahead);
	if (pagemap->fd >= 0)
		close(pagemap->fd);
	free(pagemap->regions);
	free(pagemap->words);
	free(pagemap->move_pages);
	free(pagemap->move_status);
	free(pagemap->move_frames);
	smaps__deinit(&pagemap->smaps);
	if (pagemap->flags_fd >= 0)
		close(pagemap->flags_fd);
	free(pagemap);
}

enum page_reader pagemap__reader(const struct pagemap *pagemap)
{
	return pagemap->reader;
}

uint32_t pagemap__known_categories(const struct pagemap *pagemap)
{
	return pagemap->known;
}

void pagemap__stands_still(struct pagemap *pagemap)
{
	scan_pace__nobody_waits(&pagemap->pace);
}

void pagemap__tell_walked(struct pagemap *pagemap, void (*walked)(uint64_t bytes))
{
	pagemap->walked = walked;
}

void pagemap__tell_huge(struct pagemap *pagemap, uint64_t pmd_bytes)
{
	if (pagemap->reader != PAGE_READER_READ)
		return;
	pagemap->pmd_bytes = pmd_bytes;
	pagemap->known |= PAGE_IS_HUGE_BIT;
}

bool pagemap__huge_unsure(const struct pagemap *pagemap)
{
	return pagemap->huge_unsure;
}

/*
 * A descriptor of an address space without users reads as empty. PAGEMAP_SCAN does not report that
 * (it finds no VMA), so read one word.
 */
static int check_alive(const struct pagemap *pagemap, uint64_t address)
{
	uint64_t word;
	ssize_t got = pagemap_words__read(pagemap->fd, pagemap->page_bytes, address, &word, 1);

	if (got < 0)
		return (int)got;
	return got ? 0 : -ESRCH;
}

int pagemap__scan(struct pagemap *pagemap, const struct vma *vma, uint64_t start, uint64_t end,
		  struct extent_list *list, uint64_t *unreadable)
{
	struct page_walk walk = {
		.pagemap = pagemap,
		.vma = vma,
		.start = start,
		.end = end,
		.list = list,
		.first = list->count,
	};
	int err;

	if (start % pagemap->page_bytes || end % pagemap->page_bytes || start < vma->start ||
	    end > vma->end || start > end)
		return -EINVAL;
	if (start == end)
		return 0;
	if (pagemap->reader == PAGE_READER_SCAN)
		err = page_walk__run_scan(&walk);
	else
		err = page_walk__run_read(&walk);
	if (!err)
		err = check_alive(pagemap, start);
	if (err)
		list->count = walk.first;
	else
		*unreadable += walk.unreadable;
	return err;
}
