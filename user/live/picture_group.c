/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which group of the live view counts a page. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "live/picture_priv.h"

static struct code_file file_of(const struct vma *vma)
{
	return (struct code_file){ vma->inode, (uint64_t)vma->dev_major << 32 | vma->dev_minor };
}

static int compare_files(const void *left, const void *right)
{
	const struct code_file *a = left, *b = right;

	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return (a->device > b->device) - (a->device < b->device);
}

int code_files__init(struct code_files *ret, const struct process_snapshot *process)
{
	size_t i;

	ret->count = 0;
	ret->files = calloc(process->region_count + 1, sizeof(*ret->files));
	if (!ret->files)
		return -ENOMEM;
	for (i = 0; i < process->region_count; i++) {
		const struct vma *vma = &process->regions[i].vma;

		if (vma_maps_file(vma) && vma->executable)
			ret->files[ret->count++] = file_of(vma);
	}
	array_sort(ret->files, ret->count, sizeof(*ret->files), compare_files);
	return 0;
}

void code_files__deinit(struct code_files *files)
{
	free(files->files);
	memset(files, 0, sizeof(*files));
}

enum item_group group_of(const struct code_files *files, const struct vma *vma)
{
	struct code_file file = file_of(vma);

	switch (vma->kind) {
	case VMA_HEAP:
		return GROUP_HEAP;
	case VMA_STACK:
		return GROUP_STACKS;
	case VMA_SPECIAL:
		return GROUP_KERNEL;
	case VMA_SHMEM:
		if (!vma_maps_file(vma))
			return GROUP_SHARED;
		/* fallthrough */
	case VMA_FILE:
		return array_find(&file, files->files, files->count, sizeof(file), compare_files)
			       ? GROUP_LIBRARIES
			       : GROUP_FILES;
	default:
		return GROUP_ANON;
	}
}

const char *group_name(enum item_group group)
{
	static const char *const names[GROUPS] = {
		[GROUP_ARRAYS] = "Arrays",	 [GROUP_HEAP] = "Heap",
		[GROUP_STACKS] = "Stacks",	 [GROUP_ANON] = "Anonymous",
		[GROUP_SHARED] = "Shared",	 [GROUP_FILES] = "Files",
		[GROUP_LIBRARIES] = "Libraries", [GROUP_KERNEL] = "Kernel",
	};

	return names[group];
}

int arrays_pages(const struct process_snapshot *process, uint64_t page_bytes, struct intervals *ret)
{
	int err = 0;
	size_t i;

	for (i = 0; !err && i < process->array_count; i++) {
		const struct array_desc *desc = &process->arrays[i].desc;
		uint64_t beyond = (page_bytes - desc->end % page_bytes) % page_bytes;

		err = intervals__append(ret, desc->start - desc->start % page_bytes,
					desc->end + beyond, 0);
	}
	intervals__settle(ret);
	return err;
}

int arrays_within(const struct intervals *pages, const struct tally_input *input, uint64_t start,
		  uint64_t end, struct tally *ret)
{
	size_t i = intervals__first(pages, start);
	int err = 0;

	memset(ret, 0, sizeof(*ret));
	for (; !err && i < pages->count && pages->items[i].start < end; i++) {
		uint64_t from = pages->items[i].start > start ? pages->items[i].start : start;
		uint64_t till = pages->items[i].end < end ? pages->items[i].end : end;
		struct tally part;

		err = tally_range(input, from, till, &part);
		if (!err)
			tally_add(ret, &part);
	}
	return err;
}
