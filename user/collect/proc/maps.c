/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Reads /proc/PID/maps into a list of VMAs. */
#include "collect/proc/maps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "collect/proc/maps_text.h"
#include "collect/proc/vma_kind.h"

static void vma_list__clear(struct vma_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->vmas[i].path);
	list->count = 0;
}

void vma_list__deinit(struct vma_list *list)
{
	vma_list__clear(list);
	free(list->vmas);
	memset(list, 0, sizeof(*list));
}

/*
 * The kernel returns the file page by page and takes the mmap lock anew for each. A VMA that merged
 * in between comes again from its lower start: only the new part counts. Returns whether there is
 * one.
 */
static bool cut_overlap(const struct vma_list *list, struct vma *vma)
{
	uint64_t seen = list->count ? list->vmas[list->count - 1].end : 0;

	if (vma->end <= seen)
		return false;
	if (vma->start < seen) {
		if (vma->inode)
			vma->offset += seen - vma->start;
		vma->start = seen;
	}
	return true;
}

static int add_line(struct vma_list *list, struct mount_types *types, char *line)
{
	struct vma vma;
	int err;

	err = maps_line_parse(line, &vma);
	if (err)
		return err;
	if (!strcmp(vma.path, "[vsyscall]") || !cut_overlap(list, &vma))
		return 0;
	vma.kind = vma_kind_of(&vma, types);
	err = array_reserve((void **)&list->vmas, &list->capacity, list->count + 1,
			    sizeof(*list->vmas));
	if (err)
		return err;
	vma.path = strdup(vma.path);
	if (!vma.path)
		return -ENOMEM;
	list->vmas[list->count++] = vma;
	return 0;
}

static int add_lines(struct vma_list *list, struct mount_types *types, FILE *file)
{
	size_t capacity = 0;
	char *line = NULL;
	ssize_t length;
	int err = 0;

	for (;;) {
		errno = 0;
		length = getline(&line, &capacity, file);
		if (length < 0) {
			err = -errno;
			break;
		}
		/* A line without a newline, or with a NUL in it, is not from the kernel. */
		if (line[length - 1] != '\n' || strlen(line) != (size_t)length) {
			err = -EBADMSG;
			break;
		}
		line[length - 1] = '\0';
		err = add_line(list, types, line);
		if (err)
			break;
	}
	free(line);
	return err;
}

int maps_read(const struct proc *proc, struct vma_list *list)
{
	struct mount_types *types = NULL;
	FILE *file;
	int err;

	vma_list__clear(list);
	err = proc__open_stream(proc, "maps", &file);
	if (err)
		return err;
	types = mount_types__new(proc);
	err = types ? add_lines(list, types, file) : -ENOMEM;
	/* A kernel thread has no lines, nor has a process past exit_mm(). */
	if (!err && !list->count)
		err = -ESRCH;
	if (err)
		vma_list__clear(list);
	mount_types__free(types);
	fclose(file);
	return err;
}
