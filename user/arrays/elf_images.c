/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Builds images from VMAs. */
#include "arrays/elf_images.h"

#include <errno.h>
#include <string.h>

#include "base/array.h"

#define DELETED " (deleted)"

/* A file that is loaded twice (dlmopen) begins at offset 0 again. */
static bool begins_again(const struct vma *vma, bool past_start)
{
	return past_start && !vma->offset && !vma->writable;
}

/* The file's own VMAs, and the anonymous VMA of its .bss after them. */
static struct elf_image image_at(const struct vma_list *vmas, size_t first, size_t *end)
{
	const struct vma *vma = vmas->vmas;
	struct elf_image image = { .vma = &vma[first], .low = vma[first].start };
	bool past_start = false;
	size_t i;

	for (i = first; i < vmas->count; i++) {
		bool own = vma_maps_file(&vma[i]) && vma[i].inode == vma[first].inode &&
			   !begins_again(&vma[i], past_start);

		if (!own &&
		    (i == first || vma[i].kind != VMA_ANON || vma[i].start != vma[i - 1].end))
			break;
		past_start |= own && vma[i].offset;
		if (vma[i].writable)
			image.writable_bytes += vma[i].end - vma[i].start;
		image.executable |= vma[i].executable;
		image.high = vma[i].end;
	}
	*end = i;
	return image;
}

int elf_images_find(const struct vma_list *vmas, struct elf_image_list *ret)
{
	size_t i, end;

	ret->count = 0;
	for (i = 0; i < vmas->count; i = end) {
		struct elf_image image;

		end = i + 1;
		if (!vma_maps_file(&vmas->vmas[i]) || vmas->vmas[i].offset)
			continue;
		image = image_at(vmas, i, &end);
		if (!image.executable)
			continue;
		if (array_reserve((void **)&ret->images, &ret->capacity, ret->count + 1,
				  sizeof(*ret->images)))
			return -ENOMEM;
		ret->images[ret->count++] = image;
	}
	return 0;
}

static size_t length_without_remark(const char *path)
{
	size_t length = strlen(path), remark = strlen(DELETED);

	if (length > remark && !strcmp(path + length - remark, DELETED))
		return length - remark;
	return length;
}

const char *elf_image_name(const struct elf_image *image, size_t *length)
{
	const char *path = image->vma->path, *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	*length = length_without_remark(path) - (size_t)(name - path);
	return name;
}

const char *elf_image_path(const struct elf_image *image, size_t *length)
{
	*length = length_without_remark(image->vma->path);
	return image->vma->path;
}

bool elf_image_is(const struct elf_image *image, const char *binary)
{
	size_t length, wanted;
	const char *name;

	if (!binary)
		return true;
	wanted = strlen(binary);
	if (strchr(binary, '/'))
		return length_without_remark(image->vma->path) == wanted &&
		       !strncmp(image->vma->path, binary, wanted);
	name = elf_image_name(image, &length);
	if (length < wanted || strncmp(name, binary, wanted))
		return false;
	return length == wanted ||
	       (name[wanted] == '.' && wanted > 3 && !strcmp(binary + wanted - 3, ".so"));
}

/* FNV-1a, one word at a time. */
static uint64_t mix_word(uint64_t sum, uint64_t word)
{
	return (sum ^ word) * 0x100000001b3ull;
}

uint64_t elf_images_fingerprint(const struct vma_list *vmas)
{
	uint64_t sum = 0xcbf29ce484222325ull;
	size_t i;

	for (i = 0; i < vmas->count; i++) {
		const struct vma *vma = &vmas->vmas[i];

		if (!vma_maps_file(vma))
			continue;
		sum = mix_word(sum, vma->start);
		sum = mix_word(sum, vma->end);
		sum = mix_word(sum, vma->offset);
		sum = mix_word(sum, vma->inode);
		sum = mix_word(sum, ((uint64_t)vma->dev_major << 32) | vma->dev_minor);
	}
	return sum;
}
