/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Opens files that a target has mapped. */
#include "collect/elf/mapped_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/capability.h"

/*
 * Below the target's root, including absolute links. Non-blocking: it may be a FIFO by now. Kernels
 * before v5.6 lack openat2; there the version stays unknown.
 */
int mapped_file_open_below(int root, const char *path, uint64_t flags)
{
	struct open_how how = {
		/* openat2 refuses flags that have no effect, as these with O_PATH. */
		.flags = flags | O_CLOEXEC | (flags & O_PATH ? 0 : O_NONBLOCK | O_NOCTTY),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

/*
 * For a file that only CAP_DAC_READ_SEARCH opens: it may be read because it is mapped, so it is
 * looked at before it is opened. Where a file system shows another device in maps than in its
 * files, such a file stays closed.
 */
static int open_what_is_mapped(int root, const struct vma *vma)
{
	uint64_t raised = capability_raise(CAPABILITY(CAP_DAC_READ_SEARCH));
	int place = mapped_file_open_below(root, vma->path, O_PATH), fd = -EACCES;
	struct stat stat;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", place);
	if (raised && place >= 0 && !fstat(place, &stat) && S_ISREG(stat.st_mode) &&
	    stat.st_ino == vma->inode && major(stat.st_dev) == vma->dev_major &&
	    minor(stat.st_dev) == vma->dev_minor)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (place >= 0)
		close(place);
	capability_rest(raised);
	return fd < 0 ? -EACCES : fd;
}

/* Checks that it is the mapped file, not one that has its name now. */
int mapped_file_below(int root, const struct vma *vma)
{
	struct stat stat;
	int fd = mapped_file_open_below(root, vma->path, 0);

	if (fd == -EACCES)
		return open_what_is_mapped(root, vma);
	if (fd < 0)
		return fd;
	if (fstat(fd, &stat) || !S_ISREG(stat.st_mode) || stat.st_ino != vma->inode) {
		close(fd);
		return -ESTALE;
	}
	return fd;
}

/* map_files exists for the first thread only. */
static bool first_thread_ended(const struct proc *proc)
{
	uint32_t tid;

	return !proc__living_thread(proc, &tid) && tid != proc__pid(proc);
}

int mapped_file_open(const struct proc *proc, const struct vma *vma)
{
	char name[64];
	int fd, root;

	snprintf(name, sizeof(name), "map_files/%llx-%llx", (unsigned long long)vma->start,
		 (unsigned long long)vma->end);
	fd = proc__open_file(proc, name);
	if (fd >= 0 || (fd != -EPERM && fd != -EACCES && !first_thread_ended(proc)))
		return fd;
	root = proc__open_memory(proc, "root");
	if (root < 0)
		return root;
	fd = mapped_file_below(root, vma);
	close(root);
	return fd;
}
