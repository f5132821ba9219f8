/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which files a loader has mapped, and from where to where each of them lies.
 */
#ifndef ARRAYS_ELF_IMAGES_H
#define ARRAYS_ELF_IMAGES_H

#include "facts/symbol.h"
#include "facts/vma.h"

/* A mapped file; all of it lies in [low, high). */
struct elf_image {
	const struct vma *vma; /* its first, borrowed */
	uint64_t low;
	uint64_t high;
	uint64_t writable_bytes;
	bool executable; /* some of it */
};

struct elf_image_list {
	struct elf_image *images;
	size_t count;
	size_t capacity;
};

/*
 * Replaces the list, in address order: those with code. What has none is data: reading it would
 * bring its first pages into the page cache. No file is opened. free() images. 0 or -ENOMEM.
 */
int elf_images_find(const struct vma_list *vmas, struct elf_image_list *ret);

/* The last part of its path, which is not terminated there: a deleted file's has a remark. */
const char *elf_image_name(const struct elf_image *image, size_t *length);

/* Whether a symbol's binary (of a symbol_spec; NULL: any) is this one. */
bool elf_image_is(const struct elf_image *image, const char *binary);

/* Changes when another file is mapped, or one elsewhere. */
uint64_t elf_images_fingerprint(const struct vma_list *vmas);

#endif
