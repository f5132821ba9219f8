/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/pages/cached_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/capability.h"
#include "collect/elf/mapped_file.h"

/* What a descriptor of O_PATH stands for. Who may not read it may still ask what is cached. */
static int open_regular(int place)
{
	struct stat stat;
	char path[64];
	int fd;

	if (fstat(place, &stat))
		return -errno;
	if (!S_ISREG(stat.st_mode))
		return -ENODEV;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", place);
	fd = capability_open(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOATIME);
	if (fd < 0 && errno == EPERM)
		fd = capability_open(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static int place_by_mapping(const struct proc *proc, const struct vma *vma)
{
	char name[64];

	snprintf(name, sizeof(name), "map_files/%llx-%llx", (unsigned long long)vma->start,
		 (unsigned long long)vma->end);
	return proc__open_place(proc, name);
}

/* Another file may have its name by now. */
static int place_by_path(const struct proc *proc, const struct vma *vma)
{
	uint64_t raised;
	struct stat stat;
	int root, place;

	root = *vma->path == '/' ? proc__open_memory(proc, "root") : -ENOENT;
	if (root < 0)
		return root;
	raised = capability_raise(CAPABILITY(CAP_DAC_READ_SEARCH));
	place = mapped_file_open_below(root, vma->path, O_PATH);
	capability_rest(raised);
	close(root);
	if (place < 0)
		return place;
	if (!fstat(place, &stat) && stat.st_ino == vma->inode &&
	    major(stat.st_dev) == vma->dev_major && minor(stat.st_dev) == vma->dev_minor)
		return place;
	close(place);
	return -ESTALE;
}

int cached_file_open(const struct proc *proc, const struct vma *vma)
{
	int place = place_by_mapping(proc, vma), fd;

	/* Not permitted; or its first thread has ended, which alone has map_files. */
	if (place < 0)
		place = place_by_path(proc, vma);
	if (place < 0)
		return place;
	fd = open_regular(place);
	close(place);
	return fd;
}
