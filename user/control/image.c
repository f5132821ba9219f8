/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/image.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collect/elf/elf_symbol.h"
#include "collect/elf/mapped_file.h"
#include "collect/proc/program.h"

int image__open(struct procfs *procfs, pid_t pid, struct image *ret)
{
	int err;

	*ret = (struct image){ 0 };
	err = proc__open(procfs, (uint32_t)pid, &ret->proc);
	if (!err)
		err = proc__alive(ret->proc);
	if (!err) {
		program_path(ret->proc, ret->exe, sizeof(ret->exe));
		err = maps_read(ret->proc, &ret->vmas);
	}
	return err;
}

void image__close(struct image *image)
{
	vma_list__deinit(&image->vmas);
	proc__close(image->proc);
}

/* offset, in the file of fd, may be in the part that vma maps. */
static int image_visit_offset(const struct vma *vma, int fd, uint64_t offset, image_visit visit,
			      void *ctx)
{
	const struct stop_place place = { fd, offset, vma->start + (offset - vma->offset) };

	if (offset < vma->offset || offset - vma->offset >= vma->end - vma->start)
		return -ENOENT;
	return visit(ctx, &place);
}

int image__entry(const struct image *image, image_visit visit, void *ctx)
{
	int fd = proc__open_memory(image->proc, "exe"), err = -ENOENT;
	uint64_t offset;
	size_t i;

	if (fd < 0)
		return fd;
	if (elf_entry_offset(fd, &offset)) {
		close(fd);
		return -ENOENT;
	}
	for (i = 0; err == -ENOENT && i < image->vmas.count; i++) {
		const struct vma *vma = &image->vmas.vmas[i];

		if (vma->executable && !strcmp(vma->path, image->exe))
			err = image_visit_offset(vma, fd, offset, visit, ctx);
	}
	close(fd);
	return err;
}

static int image_visit_symbol(const struct image *image, const struct vma *vma, const char *symbol,
			      image_visit visit, void *ctx)
{
	uint64_t offset;
	int fd, err;

	fd = mapped_file_open(image->proc, vma);
	if (fd < 0)
		return fd;
	err = elf_symbol_offset(fd, symbol, &offset);
	if (!err)
		err = image_visit_offset(vma, fd, offset, visit, ctx);
	close(fd);
	return err;
}

/* A static program of glibc has the loader's function too, and never calls it. */
static bool image_is_static_program(const struct image *image, const struct vma *vma)
{
	uint64_t offset;
	bool found;
	int fd;

	if (strcmp(vma->path, image->exe))
		return false;
	fd = mapped_file_open(image->proc, vma);
	found = fd >= 0 && !elf_symbol_offset(fd, "__libc_start_main", &offset);
	if (fd >= 0)
		close(fd);
	return found;
}

int image__loader(const struct image *image, image_visit visit, void *ctx)
{
	size_t i;
	int err = -ENOENT;

	for (i = 0; err && i < image->vmas.count; i++) {
		const struct vma *vma = &image->vmas.vmas[i];

		if (vma->executable && vma_maps_file(vma) && !image_is_static_program(image, vma))
			err = image_visit_symbol(image, vma, "_dl_debug_state", visit, ctx);
	}
	return err;
}

static const char *image_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Files that may have the symbol: the program itself, libpython, or the C library. */
static bool image_may_have(const struct image *image, const struct vma *vma, const char *symbol)
{
	const char *name = image_base_name(vma->path);

	if (!vma->executable || !vma_maps_file(vma))
		return false;
	if (!strcmp(vma->path, image->exe))
		return true;
	if (!strcmp(symbol, "exit"))
		return !strncmp(name, "libc.so", 7) || !strncmp(name, "libc-", 5) ||
		       !strncmp(name, "ld-musl", 7);
	return !strncmp(name, "libpython", 9);
}

int image__end(const struct image *image, image_visit visit, void *ctx)
{
	static const char *const symbols[] = { "Py_FinalizeEx", "exit" };
	size_t i, j;
	int err = -ENOENT;

	/*
	 * If a stop point exists but cannot be used, a later one is no substitute: the arrays are
	 * gone by then.
	 */
	for (i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		for (j = 0; err && err != -EBUSY && j < image->vmas.count; j++) {
			const struct vma *vma = &image->vmas.vmas[j];

			if (image_may_have(image, vma, symbols[i]))
				err = image_visit_symbol(image, vma, symbols[i], visit, ctx);
		}
	}
	return err;
}

int image__named(const struct image *image, const char *asked, image_visit visit, void *ctx)
{
	const char *colon = strrchr(asked, ':');
	const char *symbol = colon ? colon + 1 : asked;
	const char *wanted = image->exe;
	char binary[PATH_MAX];
	size_t i;
	int err = -ENOENT;

	if (colon) {
		snprintf(binary, sizeof(binary), "%.*s", (int)(colon - asked), asked);
		wanted = binary;
	}
	for (i = 0; err && i < image->vmas.count; i++) {
		const struct vma *vma = &image->vmas.vmas[i];

		if (vma->executable && vma_maps_file(vma) &&
		    (!strcmp(vma->path, wanted) || !strcmp(image_base_name(vma->path), wanted)))
			err = image_visit_symbol(image, vma, symbol, visit, ctx);
	}
	return err;
}
