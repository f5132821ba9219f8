/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One virtual memory area, as in a line of /proc/PID/maps. Addresses are bytes; [start, end) is
 * half-open and page-aligned.
 */
#ifndef FACTS_VMA_H
#define FACTS_VMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sorted.h"

/* No address of a process's own memory is as high, on any machine; a multiple of all page sizes. */
#define ADDRESS_END (UINT64_C(1) << 62)

enum vma_kind {
	VMA_ANON,
	VMA_HEAP,
	VMA_STACK,
	VMA_FILE,
	VMA_SHMEM,
	VMA_HUGETLB,
	VMA_SPECIAL, /* [vdso], [vvar], ...: mapped by the kernel itself */
	VMA_KINDS,
};

struct vma {
	uint64_t start;
	uint64_t end;
	uint64_t offset; /* bytes into the file */
	uint64_t inode;
	uint32_t dev_major;
	uint32_t dev_minor;
	enum vma_kind kind;
	bool readable;
	bool writable;
	bool executable;
	bool shared;
	char *path; /* as the kernel spells it, untrusted; "" if none; owned by the holder */
};

/* Memory that the program itself fills; pages of files and of stacks come and go on their own. */
static inline bool vma_is_own_memory(const struct vma *vma)
{
	return vma->kind == VMA_ANON || vma->kind == VMA_HEAP || vma->kind == VMA_SHMEM ||
	       vma->kind == VMA_HUGETLB;
}

/* The same, without what is only reserved: nobody can touch it (PROT_NONE). */
static inline bool vma_is_lazy_memory(const struct vma *vma)
{
	return vma_is_own_memory(vma) && (vma->readable || vma->writable || vma->executable);
}

/*
 * Part of a program or a data file: a file of a disk, or a private mapping of a file of a tmpfs, as
 * programs in containers are. (A shared mapping of tmpfs is shared memory.)
 */
static inline bool vma_maps_file(const struct vma *vma)
{
	return vma->kind == VMA_FILE ||
	       (vma->kind == VMA_SHMEM && !vma->shared && *vma->path == '/');
}

/* Whether nothing that maps shows differs. */
static inline bool vma_same(const struct vma *a, const struct vma *b)
{
	return a->start == b->start && a->end == b->end && a->offset == b->offset &&
	       a->inode == b->inode && a->dev_major == b->dev_major &&
	       a->dev_minor == b->dev_minor && a->kind == b->kind && a->readable == b->readable &&
	       a->writable == b->writable && a->executable == b->executable &&
	       a->shared == b->shared && !strcmp(a->path, b->path);
}

/* VMAs of one process in address order; owned, see collect/proc/maps.h. */
struct vma_list {
	struct vma *vmas;
	size_t count;
	size_t capacity;
};

/* Index of the first VMA that ends above an address; the count if there is none. */
static inline size_t vma_list__first_above(const struct vma_list *list, uint64_t address)
{
	return sorted_above(list->vmas, list->count, sizeof(*list->vmas), offsetof(struct vma, end),
			    address);
}

/* The VMA that holds an address, or NULL. */
static inline const struct vma *vma_list__find(const struct vma_list *list, uint64_t address)
{
	size_t i = vma_list__first_above(list, address);

	return i < list->count && list->vmas[i].start <= address ? &list->vmas[i] : NULL;
}

/* How many VMAs overlap [start, end). Costs time proportional to the result. */
static inline size_t vma_list__count(const struct vma_list *list, uint64_t start, uint64_t end)
{
	size_t first = vma_list__first_above(list, start), i = first;

	while (i < list->count && list->vmas[i].start < end)
		i++;
	return i - first;
}

#endif
