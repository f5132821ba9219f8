/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Page tables as extents: choice of the reader, and what both have in common. */
#include "collect/pages/pagemap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
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

int pagemap__open(const struct proc *proc, enum page_reader reader, struct pagemap **ret)
{
	struct pagemap *pagemap = calloc(1, sizeof(*pagemap));
	int err;

	if (!pagemap)
		return -ENOMEM;
	pagemap->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	pagemap->proc = proc;
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

const struct smaps_vma *pagemap_smaps_of(struct pagemap *pagemap, const struct page_walk *walk)
{
	if (walk->start != walk->vma->start || walk->end != walk->vma->end)
		return NULL;
	if (pagemap->smaps_error > 0)
		pagemap->smaps_error = smaps__read(pagemap->proc, &pagemap->smaps);
	return smaps__find(&pagemap->smaps, walk->start, walk->end);
}

int extent_list__add(struct extent_list *list, size_t first, uint64_t start, uint64_t end,
		     uint32_t categories)
{
	struct extent *last = list->count > first ? &list->extents[list->count - 1] : NULL;
	int err;

	if (last && last->end == start && last->categories == categories) {
		last->end = end;
		return 0;
	}
	err = array_reserve((void **)&list->extents, &list->capacity, list->count + 1,
			    sizeof(*list->extents));
	if (!err)
		list->extents[list->count++] = (struct extent){ start, end, categories };
	return err;
}

/*
 * The kernel walks no VM_PFNMAP area, but in a VM_MIXEDMAP one it says PRESENT of
 * pages that vm_normal_page() does not have. A shared mapping holds page cache
 * only, which reads FILE; anything else present in it is such device memory, and
 * so is [vvar], though private. A page of [vdso] without FILE is a copy that a
 * debugger made, and counts.
 */
static bool is_memory(const struct vma *vma, uint32_t categories)
{
	if (!(categories & PAGE_IS_PRESENT_BIT) || (categories & PAGE_IS_FILE_BIT))
		return true;
	if (vma->kind == VMA_SPECIAL && !strncmp(vma->path, "[vvar", 5))
		return false;
	return !vma->shared;
}

/*
 * A page that the kernel moves to another frame (compaction) has a swap entry meanwhile, though
 * it counts as resident (fs/proc/task_mmu.c, smaps_pte_entry). The word of it tells; who may not
 * see that still knows that it is none of a swap area where there is no swap space.
 */
static bool may_swap(struct page_walk *walk)
{
	if (!walk->asked_for_swap)
		walk->has_swap = may_have_swap();
	walk->asked_for_swap = true;
	return walk->has_swap;
}

int page_walk__add(struct page_walk *walk, uint64_t start, uint64_t end, uint32_t categories)
{
	/* A guard is a marker that looks like a swap entry. */
	if (categories & PAGE_IS_GUARD_BIT)
		categories = PAGE_IS_GUARD_BIT;
	if ((categories & PAGE_IS_SWAPPED_BIT) && !may_swap(walk))
		categories ^= PAGE_IS_SWAPPED_BIT | PAGE_IS_PRESENT_BIT;
	if (!categories || !is_memory(walk->vma, categories))
		return 0;
	return extent_list__add(walk->list, walk->first, start, end, categories);
}

/*
 * A descriptor of an address space that has no users any more reads as empty;
 * PAGEMAP_SCAN does not tell (it finds no VMA), so ask for one word.
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

void extent_list__deinit(struct extent_list *list)
{
	free(list->extents);
	memset(list, 0, sizeof(*list));
}
