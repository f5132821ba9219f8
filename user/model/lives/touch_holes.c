/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Pages of files that a call dropped when the kernel side could not find the mappings of the file.
 * It is unknown which touches are of a life that ended, so they are counted.
 */
#include "model/lives/touch_priv.h"

static uint64_t count_touched(const struct touch *touch, const struct touch_map *map,
			      uint64_t start, uint64_t end)
{
	uint64_t chunk_bytes = CHUNK_PAGES * touch->page_bytes, pages = 0, at;

	for (at = start - start % chunk_bytes; at < end;
	     at = touch__next_chunk(touch, map, at + chunk_bytes)) {
		uint64_t mask[CHUNK_WORDS], touched[CHUNK_WORDS];
		struct touch_chunk bits;
		unsigned int word;

		touch_live_bits(touch, map, at, &bits);
		chunk_mask(at, start, end, touch->page_bytes, mask);
		for (word = 0; word < CHUNK_WORDS; word++)
			touched[word] = bits.read[word] | bits.written[word];
		pages += chunk_mask_count(touched, mask);
	}
	return pages;
}

static bool may_map(const struct vma *vma, const struct map_hole *file)
{
	bool any_device = !file->dev_major && !file->dev_minor;

	return vma->inode && (!file->inode || file->inode == vma->inode) &&
	       (any_device ||
		(file->dev_major == vma->dev_major && file->dev_minor == vma->dev_minor));
}

/* The mapping's part of the file that is in the hole. */
static uint64_t count_in(const struct touch *touch, const struct touch_map *map,
			 const struct vma *vma, const struct hole *hole)
{
	const struct map_hole *file = &hole->file;
	uint64_t first = file->start > vma->offset ? file->start - vma->offset : 0;
	uint64_t last = file->end > vma->offset ? file->end - vma->offset : 0;
	uint64_t bytes = vma->end - vma->start;

	if (!may_map(vma, file))
		return 0;
	/* It was mapped after the hole was made. */
	if (touch_created_ns(touch, vma->start, vma->end) > hole->time_ns)
		return 0;
	last = last < bytes ? last : bytes;
	return first < last ? count_touched(touch, map, vma->start + first, vma->start + last) : 0;
}

void touch__count_holes(struct touch *touch, const struct touch_map *map,
			const struct vma_list *vmas, uint64_t *unsure)
{
	size_t i, j;

	for (i = 0; i < touch->hole_count; i++)
		for (j = 0; j < vmas->count; j++)
			*unsure += count_in(touch, map, &vmas->vmas[j], &touch->holes[i]);
	touch->hole_count = 0;
}
