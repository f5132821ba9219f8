/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which files the loader has mapped, and the range of each. */
#ifndef ARRAYS_ELF_IMAGES_H
#define ARRAYS_ELF_IMAGES_H

#include "facts/symbol.h"
#include "facts/vma.h"

/* A mapped file, all of it in [low, high). */
struct elf_image {
	const struct vma *vma; /* its first VMA, borrowed */
	uint64_t low;
	uint64_t high;
	uint64_t writable_bytes;
	bool executable; /* part of it */
};

struct elf_image_list {
	struct elf_image *images;
	size_t count;
	size_t capacity;
};

/*
 * Replaces the list by the files with code, in address order. Files without code are data: reading
 * one would bring its first pages into the page cache. Opens no file. free() images. 0 or -ENOMEM.
 */
int elf_images_find(const struct vma_list *vmas, struct elf_image_list *ret);

/* The last part of its path, not terminated there: for a deleted file a remark follows. */
const char *elf_image_name(const struct elf_image *image, size_t *length);

/* All of it, in the same way. */
const char *elf_image_path(const struct elf_image *image, size_t *length);

/* Whether a symbol's binary (of a symbol_spec; NULL: any) means this file. */
bool elf_image_is(const struct elf_image *image, const char *binary);

/* Changes if another file is mapped, or one moves. */
uint64_t elf_images_fingerprint(const struct vma_list *vmas);

#endif
