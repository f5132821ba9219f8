/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* All files of a process, kept until it maps others. */
#include "arrays/elf_look.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/elf_choose.h"
#include "arrays/elf_pointers.h"
#include "base/array.h"

struct elf_look {
	bool known; /* of files with this fingerprint */
	uint64_t fingerprint;
	struct elf_choice choice;
	char problem[192]; /* of malloc_problem */
	const char *cut;
};

struct elf_look *elf_look__new(void)
{
	return calloc(1, sizeof(struct elf_look));
}

static void forget_choice(struct elf_look *look)
{
	elf_choice__deinit(&look->choice);
	memset(look, 0, sizeof(*look));
}

void elf_look__free(struct elf_look *look)
{
	if (!look)
		return;
	forget_choice(look);
	free(look);
}

/* Most libraries have no room for a large array and need not be opened. */
static bool is_of_interest(const struct elf_image *image, const struct elf_options *options)
{
	size_t i;

	if (image->writable_bytes >= options->min_bytes)
		return true;
	for (i = 0; options->symbols && i < options->symbols->count; i++) {
		if (elf_image_is(image, options->symbols->specs[i].binary))
			return true;
	}
	return false;
}

static bool needs_malloc(const struct elf_choice *choice, const struct elf_options *options)
{
	size_t i;

	for (i = 0; i < choice->pointer_count; i++) {
		if (!options->symbols->specs[choice->pointers[i].spec].bytes)
			return true;
	}
	return false;
}

static int read_files(struct elf_look *look, const struct proc *proc, const struct vma_list *vmas,
		      const struct elf_options *options)
{
	struct elf_object_list objects = { 0 };
	struct elf_image_list images = { 0 };
	size_t i;
	int err;

	err = elf_images_find(vmas, &images);
	for (i = 0; !err && i < images.count; i++) {
		if (is_of_interest(&images.images[i], options))
			err = elf_objects_add(proc, &images.images[i], options, &objects);
	}
	if (!err)
		err = elf_choose(&objects, options, &look->choice);
	if (!err && needs_malloc(&look->choice, options))
		err = malloc_problem(proc, &images, look->problem, sizeof(look->problem));
	look->cut = objects.cut;
	elf_object_list__deinit(&objects);
	free(images.images);
	return err;
}

static int copy_shape(const struct array_shape *shape, struct array_shape **ret)
{
	size_t bytes = 2 * (size_t)shape->ndim * sizeof(*shape->dims);
	struct array_shape *copy = malloc(sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	*copy = *shape;
	copy->dims = malloc(bytes + 1);
	if (!copy->dims) {
		free(copy);
		return -ENOMEM;
	}
	memcpy(copy->dims, shape->dims, bytes);
	*ret = copy;
	return 0;
}

static int copy_array(const struct array_desc *array, struct array_desc *ret)
{
	size_t i;
	int err = 0;

	*ret = *array;
	ret->shape = NULL;
	ret->alias_count = 0;
	ret->name = strdup(array->name);
	ret->aliases = calloc(array->alias_count + 1, sizeof(*ret->aliases));
	if (!ret->name || !ret->aliases)
		err = -ENOMEM;
	for (i = 0; !err && i < array->alias_count; i++) {
		ret->aliases[i] = strdup(array->aliases[i]);
		if (!ret->aliases[i])
			err = -ENOMEM;
		ret->alias_count += !err;
	}
	if (!err && array->shape)
		err = copy_shape(array->shape, &ret->shape);
	if (err)
		array_desc__deinit(ret);
	return err;
}

int elf_look__arrays(struct elf_look *look, const struct proc *proc, const struct vma_list *vmas,
		     const struct elf_options *options, struct array_list *ret,
		     struct symbol_miss_list *misses, const char **cut)
{
	uint64_t fingerprint = elf_images_fingerprint(vmas);
	const struct array_list *arrays = &look->choice.arrays;
	size_t i;
	int err = 0;

	if (!look->known || look->fingerprint != fingerprint) {
		forget_choice(look);
		err = read_files(look, proc, vmas, options);
		look->known = !err;
		look->fingerprint = fingerprint;
	}
	*cut = look->cut;
	if (!err)
		err = array_reserve((void **)&ret->arrays, &ret->capacity,
				    ret->count + arrays->count, sizeof(*ret->arrays));
	for (i = 0; !err && i < arrays->count; i++) {
		err = copy_array(&arrays->arrays[i], &ret->arrays[ret->count]);
		ret->count += !err;
	}
	if (!err)
		err = symbol_misses_copy(misses, &look->choice.misses);
	if (!err)
		err = elf_pointers_follow(proc, vmas, options->page_bytes, options->symbols,
					  look->choice.pointers, look->choice.pointer_count,
					  look->problem, ret, misses);
	return err;
}
