/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/proc/program.h"

#include <limits.h>
#include <string.h>

#define NEWLINE "\\012"

void program_path(const struct proc *proc, char *buffer, size_t size)
{
	size_t added = strlen(NEWLINE) - 1, used;
	char *at;

	proc__exe(proc, buffer, size);
	used = strlen(buffer);
	for (at = strchr(buffer, '\n'); at && used + added < size; at = strchr(at, '\n')) {
		memmove(at + added + 1, at + 1, strlen(at));
		memcpy(at, NEWLINE, added + 1);
		used += added;
	}
}

const struct vma *program_vma(const struct proc *proc, const struct vma_list *vmas)
{
	const struct vma *lowest = NULL;
	char path[PATH_MAX + 1];
	size_t i;

	program_path(proc, path, sizeof(path));
	for (i = 0; i < vmas->count; i++) {
		const struct vma *vma = &vmas->vmas[i];

		if (!vma_maps_file(vma))
			continue;
		if (!strcmp(vma->path, path))
			return vma;
		lowest = lowest ? lowest : vma;
	}
	return lowest;
}
