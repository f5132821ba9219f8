/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Opens files that a target has mapped. */
#include "collect/elf/mapped_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * Below the target's root, including absolute links. Non-blocking: it may be a FIFO by now. Kernels
 * before v5.6 lack openat2; there the version stays unknown.
 */
int mapped_file_open_below(int root, const char *path, uint64_t flags)
{
	struct open_how how = {
		.flags = flags | O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

/* Checks that it is the mapped file, not one that has its name now. */
int mapped_file_below(int root, const struct vma *vma)
{
	struct stat stat;
	int fd = mapped_file_open_below(root, vma->path, 0);

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
