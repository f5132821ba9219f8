/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Symbols of .data and .bss, put where the loader put them. */
#include "arrays/elf_objects.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "collect/elf_symbol.h"
#include "collect/mapped_file.h"

/* A mapped ELF file: VMAs [first, end) of a list. */
struct image {
	size_t first;
	size_t end;
	uint64_t writable_bytes;
	bool executable; /* some of it */
};

struct objects {
	struct array_list *ret;
	size_t first; /* of ret that is of this image */
	uint64_t bias;
	uint64_t low, high; /* the image lies between them */
};

/* The file's own VMAs, and behind them the anonymous one of its .bss. */
static struct image image_at(const struct vma_list *vmas, size_t first)
{
	struct image image = { .first = first };
	const struct vma *vma = vmas->vmas;
	size_t i;

	for (i = first; i < vmas->count; i++) {
		bool own = vma[i].kind == VMA_FILE && vma[i].inode == vma[first].inode;

		if (!own &&
		    (i == first || vma[i].kind != VMA_ANON || vma[i].start != vma[i - 1].end))
			break;
		if (vma[i].writable)
			image.writable_bytes += vma[i].end - vma[i].start;
		image.executable |= vma[i].executable;
	}
	image.end = i;
	return image;
}

static bool is_known(const struct objects *objects, uint64_t start)
{
	size_t i;

	for (i = objects->first; i < objects->ret->count; i++) {
		if (objects->ret->arrays[i].start == start)
			return true;
	}
	return false;
}

static int add_object(void *ctx, const char *name, uint64_t address, uint64_t bytes)
{
	struct objects *objects = ctx;
	struct array_list *list = objects->ret;
	struct array_desc array = { .source = ARRAY_ELF, .start = address + objects->bias };

	array.end = array.start + bytes;
	if (array.end <= array.start || array.start < objects->low || array.end > objects->high ||
	    is_known(objects, array.start))
		return 0;
	if (array_reserve((void **)&list->arrays, &list->capacity, list->count + 1,
			  sizeof(*list->arrays)))
		return -ENOMEM;
	array.name = strdup(name);
	if (!array.name)
		return -ENOMEM;
	/* Not its address alone: the name of a file's object never changes. */
	array.object = array.start;
	list->arrays[list->count++] = array;
	return 0;
}

static int look_into(const struct proc *proc, const struct vma_list *vmas,
		     const struct image *image, uint64_t page_bytes, uint64_t min_bytes,
		     struct array_list *ret)
{
	const struct vma *vma = &vmas->vmas[image->first];
	struct objects objects = { .ret = ret,
				   .first = ret->count,
				   .low = vma->start,
				   .high = vmas->vmas[image->end - 1].end };
	int fd, err;

	fd = mapped_file_open(proc, vma);
	if (fd < 0)
		return fd == -ESRCH ? fd : 0;
	err = elf_load_bias(fd, 0, vma->start, page_bytes, &objects.bias);
	if (!err)
		err = elf_each_object(fd, min_bytes, add_object, &objects);
	close(fd);
	return err == -ENOMEM ? err : 0;
}

int elf_objects_find(const struct proc *proc, const struct vma_list *vmas, uint64_t page_bytes,
		     uint64_t min_bytes, struct array_list *ret)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < vmas->count; i++) {
		struct image image;

		if (vmas->vmas[i].kind != VMA_FILE || vmas->vmas[i].offset)
			continue;
		image = image_at(vmas, i);
		/*
		 * Most libraries have no room for a large array: they need not be opened. What
		 * has no code is data: reading it would bring its first pages into the page cache.
		 */
		if (image.executable && image.writable_bytes >= min_bytes)
			err = look_into(proc, vmas, &image, page_bytes, min_bytes, ret);
	}
	return err;
}
