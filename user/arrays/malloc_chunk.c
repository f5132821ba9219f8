/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * glibc's malloc/malloc.c, "Chunk representations", unchanged since 2.3. In front of a block there
 * is a word with the chunk's size and three flags. Before that there is the size of the chunk below
 * or, in a chunk with its own mapping, its distance from the mapping's start.
 */
#include "arrays/malloc_chunk.h"

#include <errno.h>

#include "collect/proc/maps.h"

#define WORD sizeof(uint64_t)
#define ALIGNMENT (2 * WORD)
#define CHUNK_MIN (4 * WORD)
#define PREV_INUSE 1u
#define IS_MMAPPED 2u
#define FLAGS 7u
#define CHAIN_MAX 16 /* following chunks that must look like chunks too */

struct header {
	uint64_t before;
	uint64_t size; /* including flags */
};

/* The memory around the chunk that may be malloc's: [start, end) without a hole. */
static bool in_heap(const struct vma_list *vmas, uint64_t start, uint64_t end)
{
	const struct vma *vma = vma_list__find(vmas, start);

	for (; vma && vma < vmas->vmas + vmas->count; vma++) {
		if ((vma->kind != VMA_ANON && vma->kind != VMA_HEAP) || !vma->writable ||
		    vma->shared || vma->start > start)
			return false;
		if (vma->end >= end)
			return true;
		start = vma->end;
	}
	return false;
}

/* The size without flags; 0 if it cannot be a chunk's. */
static uint64_t size_of(const struct header *header, uint64_t chunk)
{
	uint64_t size = header->size & ~(uint64_t)FLAGS, end;

	if (size < CHUNK_MIN || size % ALIGNMENT || __builtin_add_overflow(chunk, size, &end))
		return 0;
	return size;
}

/*
 * When malloc leaves a heap for another one, it puts two of these there (sysmalloc, "fencepost").
 */
static bool is_fence(const struct header *header)
{
	return header->size == (ALIGNMENT | PREV_INUSE) || header->size == PREV_INUSE;
}

/* Chunks of a heap follow each other without a gap up to its end; each has a written header. */
static int check_chain(struct memsrc *memsrc, const struct vma_list *vmas, uint64_t chunk,
		       uint64_t size)
{
	bool first = true;
	uint64_t before;
	int i, err;

	for (i = 0; i < CHAIN_MAX; i++) {
		struct header next;

		chunk += size;
		/* The last chunk of a heap is its top, or a fence with nothing after it. */
		if (!in_heap(vmas, chunk, chunk + sizeof(next)))
			return first ? -EINVAL : 0;
		err = memsrc__read_again(memsrc, chunk, &next, sizeof(next));
		if (err == -EFAULT)
			return first ? -EFAULT : 0;
		if (err)
			return err;
		before = size;
		size = size_of(&next, chunk);
		if (!size || next.size & IS_MMAPPED || !in_heap(vmas, chunk, chunk + size))
			return !first && is_fence(&next) ? 0 : -EINVAL;
		/* If the chunk below is free, its size is also stored here. */
		if (!(next.size & PREV_INUSE) && next.before != before)
			return -EINVAL;
		if (first && !(next.size & PREV_INUSE))
			return -ESTALE;
		first = false;
	}
	return 0;
}

int malloc_chunk_bytes(struct memsrc *memsrc, const struct vma_list *vmas, uint64_t page_bytes,
		       uint64_t address, uint64_t *ret)
{
	uint64_t chunk = address - sizeof(struct header), size;
	struct header header;
	int err;

	if (address % ALIGNMENT || address < sizeof(header))
		return -EINVAL;
	/* A chunk with its own mapping that was aligned by hand may begin in the page before. */
	if (!in_heap(vmas, chunk, address))
		return -EINVAL;
	err = memsrc__read_again(memsrc, chunk, &header, sizeof(header));
	if (err)
		return err;
	size = size_of(&header, chunk);
	if (!size || !in_heap(vmas, chunk, chunk + size))
		return -EINVAL;
	if (!(header.size & IS_MMAPPED)) {
		err = check_chain(memsrc, vmas, chunk, size);
		/* A block includes the next word, which belongs to the next chunk. */
		*ret = size - WORD;
		return err;
	}
	if (header.size & (FLAGS & ~IS_MMAPPED) || header.before > chunk ||
	    (chunk - header.before) % page_bytes || (chunk + size) % page_bytes)
		return -EINVAL;
	*ret = size - sizeof(header);
	return 0;
}
