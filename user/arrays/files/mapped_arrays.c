/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "arrays/files/mapped_arrays.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "arrays/files/file_look.h"
#include "arrays/files/mapped_array.h"
#include "base/array.h"
#include "base/sorted.h"
#include "collect/pages/cached_file.h"

#define FILES_MAX 1000u
#define ARRAYS_MAX 100000u

/* A file that is mapped, and its header as it was last read. */
struct known_file {
	uint64_t inode;
	uint32_t dev_major, dev_minor;
	uint64_t look; /* the last one that met it */
	bool tried;    /* by that look */
	bool program;  /* it is run: no data file */
	uint64_t bytes;
	struct timespec changed;
	struct file_layout layout;
};

struct mapped_arrays {
	struct known_file *files;
	size_t count;
	size_t capacity;
	uint64_t look;
};

struct mapped_arrays *mapped_arrays__new(void)
{
	return calloc(1, sizeof(struct mapped_arrays));
}

void mapped_arrays__free(struct mapped_arrays *mapped)
{
	size_t i;

	if (!mapped)
		return;
	for (i = 0; i < mapped->count; i++)
		file_layout__deinit(&mapped->files[i].layout);
	free(mapped->files);
	free(mapped);
}

static struct known_file *find_file(struct mapped_arrays *mapped, const struct vma *vma)
{
	size_t i;

	/* The file of the mapping before this one, in most cases. */
	for (i = mapped->count; i > 0; i--) {
		struct known_file *file = &mapped->files[i - 1];

		if (file->inode == vma->inode && file->dev_major == vma->dev_major &&
		    file->dev_minor == vma->dev_minor)
			return file;
	}
	return NULL;
}

static bool may_be_data(const struct vma *vma)
{
	return (vma->kind == VMA_FILE || vma->kind == VMA_SHMEM) && *vma->path == '/' && vma->inode;
}

/* Meets all files; a file that is run anywhere is a program or a library. */
static int list_files(struct mapped_arrays *mapped, const struct vma_list *vmas,
		      struct mapped_arrays_report *report)
{
	size_t i;

	for (i = 0; i < vmas->count; i++) {
		const struct vma *vma = &vmas->vmas[i];
		struct known_file *file = may_be_data(vma) ? find_file(mapped, vma) : NULL;

		if (!may_be_data(vma))
			continue;
		if (!file && mapped->count == FILES_MAX) {
			report->files++;
			continue;
		}
		if (!file) {
			if (array_reserve((void **)&mapped->files, &mapped->capacity,
					  mapped->count + 1, sizeof(*mapped->files)))
				return -ENOMEM;
			file = &mapped->files[mapped->count++];
			*file = (struct known_file){ .inode = vma->inode,
						     .dev_major = vma->dev_major,
						     .dev_minor = vma->dev_minor };
		}
		if (file->look != mapped->look)
			file->program = file->tried = false;
		file->look = mapped->look;
		file->program |= vma->executable;
	}
	return 0;
}

static void forget_unmapped(struct mapped_arrays *mapped)
{
	size_t i, kept = 0;

	for (i = 0; i < mapped->count; i++) {
		if (mapped->files[i].look == mapped->look)
			mapped->files[kept++] = mapped->files[i];
		else
			file_layout__deinit(&mapped->files[i].layout);
	}
	mapped->count = kept;
}

static bool is_late(uint64_t deadline_ns)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec > deadline_ns;
}

static bool is_unchanged(const struct known_file *file, const struct stat *stat)
{
	return file->bytes == (uint64_t)stat->st_size &&
	       file->changed.tv_sec == stat->st_mtim.tv_sec &&
	       file->changed.tv_nsec == stat->st_mtim.tv_nsec;
}

/* Reads the header, unless it is known. A file that cannot be read has no arrays. */
static int read_header(struct known_file *file, const struct proc *proc, const struct vma *vma)
{
	int fd = cached_file_open(proc, vma), err;
	struct stat stat;

	if (fd < 0)
		return 0;
	if (fstat(fd, &stat) || !S_ISREG(stat.st_mode) || is_unchanged(file, &stat)) {
		close(fd);
		return 0;
	}
	file_layout__deinit(&file->layout);
	file->bytes = (uint64_t)stat.st_size;
	file->changed = stat.st_mtim;
	err = file_look_fd(fd, file->bytes, &file->layout);
	close(fd);
	return err == -ENOMEM ? err : 0;
}

static int add_file(struct known_file *file, const struct proc *proc, const struct vma *vma,
		    uint64_t deadline_ns, struct mapped_arrays_report *report)
{
	int err;

	file->tried = true;
	if (is_late(deadline_ns)) {
		report->files++;
		return 0;
	}
	err = read_header(file, proc, vma);
	if (file->layout.cut || file->layout.unmeasured || file->layout.overlapping)
		report->damaged++;
	report->dropped += file->layout.dropped;
	return err;
}

/* One mapping may be several VMAs, where its protection was changed in part. */
static size_t mapping_end(const struct vma_list *vmas, size_t first)
{
	size_t i = first + 1;

	while (i < vmas->count && vmas->vmas[i].start == vmas->vmas[i - 1].end &&
	       vmas->vmas[i].inode == vmas->vmas[first].inode &&
	       vmas->vmas[i].dev_major == vmas->vmas[first].dev_major &&
	       vmas->vmas[i].dev_minor == vmas->vmas[first].dev_minor &&
	       vmas->vmas[i].offset - vmas->vmas[first].offset ==
		       vmas->vmas[i].start - vmas->vmas[first].start)
		i++;
	return i;
}

static int add_mapping(struct known_file *file, const struct vma *first, const struct vma *last,
		       uint64_t min_bytes, struct array_list *ret,
		       struct mapped_arrays_report *report)
{
	const struct file_layout *layout = &file->layout;
	uint64_t mapped_end = first->offset + (last->end - first->start);
	size_t i = sorted_above(layout->arrays, layout->count, sizeof(*layout->arrays),
				offsetof(struct file_array, end), first->offset);
	int err = 0;

	for (; !err && i < layout->count && layout->arrays[i].offset < mapped_end; i++) {
		if (layout->arrays[i].end - layout->arrays[i].offset < min_bytes)
			continue;
		if (ret->count >= ARRAYS_MAX)
			report->dropped++;
		else
			err = mapped_array_add(&layout->arrays[i], first, last->end, ret);
	}
	return err;
}

int mapped_arrays__add(struct mapped_arrays *mapped, const struct proc *proc,
		       const struct vma_list *vmas, uint64_t min_bytes, uint64_t deadline_ns,
		       struct array_list *ret, struct mapped_arrays_report *report)
{
	size_t i, end;
	int err;

	memset(report, 0, sizeof(*report));
	mapped->look++;
	err = list_files(mapped, vmas, report);
	forget_unmapped(mapped);
	for (i = 0; !err && i < vmas->count; i = end) {
		const struct vma *vma = &vmas->vmas[i];
		struct known_file *file = may_be_data(vma) ? find_file(mapped, vma) : NULL;

		end = i + 1;
		if (!file || file->program)
			continue;
		if (!file->tried)
			err = add_file(file, proc, vma, deadline_ns, report);
		end = mapping_end(vmas, i);
		if (!err)
			err = add_mapping(file, vma, &vmas->vmas[end - 1], min_bytes, ret, report);
	}
	return err;
}
