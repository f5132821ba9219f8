/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Whether the mapped files have changed since the last check. */
#include "collect/proc/file_maps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static bool is_same(const struct vma *a, const struct vma *b)
{
	return a->start == b->start && a->end == b->end && a->offset == b->offset &&
	       a->inode == b->inode && a->dev_major == b->dev_major &&
	       a->dev_minor == b->dev_minor && a->readable == b->readable &&
	       a->writable == b->writable && a->executable == b->executable &&
	       a->shared == b->shared;
}

/* The next entry at or after *i that maps a file, or NULL. */
static const struct vma *next_file(const struct vma_list *list, size_t *i)
{
	while (*i < list->count && !list->vmas[*i].inode)
		(*i)++;
	return *i < list->count ? &list->vmas[(*i)++] : NULL;
}

static bool is_unchanged(const struct file_maps *maps, const struct vma_list *list)
{
	const struct vma *vma;
	size_t i = 0, at = 0;

	while ((vma = next_file(list, &i))) {
		if (at == maps->count || !is_same(&maps->vmas[at++], vma))
			return false;
	}
	return maps->generation && at == maps->count;
}

int file_maps__update(struct file_maps *maps, const struct vma_list *list)
{
	const struct vma *vma;
	size_t i = 0;

	if (is_unchanged(maps, list))
		return 0;
	maps->count = 0;
	maps->generation++;
	while ((vma = next_file(list, &i))) {
		if (array_reserve((void **)&maps->vmas, &maps->capacity, maps->count + 1,
				  sizeof(*maps->vmas)))
			return -ENOMEM;
		maps->vmas[maps->count] = *vma;
		maps->vmas[maps->count++].path = NULL;
	}
	return 0;
}

void file_maps__deinit(struct file_maps *maps)
{
	free(maps->vmas);
	memset(maps, 0, sizeof(*maps));
}
