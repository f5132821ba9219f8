/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The kind of a VMA, by its path and its file system. */
#include "collect/proc/vma_kind.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/array.h"
#include "collect/proc/procfs_priv.h"

struct mount_type {
	uint32_t major;
	uint32_t minor;
	enum vma_kind kind; /* FILE, SHMEM, HUGETLB */
};

struct mount_types {
	const struct proc *proc;
	struct mount_type *mounts;
	size_t count;
	size_t capacity;
	bool loaded;
	bool shmem_known;
	uint32_t shmem_major; /* of the mount behind memfd, shared anonymous memory and SysV */
	uint32_t shmem_minor;
};

struct mount_types *mount_types__new(const struct proc *proc)
{
	struct mount_types *types = calloc(1, sizeof(*types));

	if (types)
		types->proc = proc;
	return types;
}

void mount_types__free(struct mount_types *types)
{
	if (!types)
		return;
	free(types->mounts);
	free(types);
}

static int add_kind(struct mount_types *types, const struct mount_type *mount)
{
	int err = array_reserve((void **)&types->mounts, &types->capacity, types->count + 1,
				sizeof(*types->mounts));

	if (!err)
		types->mounts[types->count++] = *mount;
	return err;
}

static enum vma_kind kind_of_fs(const char *type)
{
	if (!strcmp(type, "hugetlbfs"))
		return VMA_HUGETLB;
	/* devtmpfs is tmpfs internally; ramfs is page cache and counts as file. */
	if (!strcmp(type, "tmpfs") || !strcmp(type, "devtmpfs"))
		return VMA_SHMEM;
	return VMA_FILE;
}

/*
 * "36 35 98:0 /root /mnt/point rw,noatime shared:1 - ext4 /dev/root rw": spaces in a field are
 * written \040, so " - " is the separator. Lines of any other form are ignored.
 */
static int add_mount(struct mount_types *types, const char *line)
{
	const char *separator = strstr(line, " - ");
	struct mount_type mount;
	char fs[64];

	if (!separator || sscanf(separator, " - %63s", fs) != 1 ||
	    sscanf(line, "%*u %*u %u:%u ", &mount.major, &mount.minor) != 2)
		return 0;
	mount.kind = kind_of_fs(fs);
	return add_kind(types, &mount);
}

static void load_mounts(struct mount_types *types)
{
	char *text = NULL;
	char *line, *rest;

	if (proc__read_memory(types->proc, "mountinfo", &text))
		return;
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (add_mount(types, line))
			break;
	}
	free(text);
}

static void load_shmem_device(struct mount_types *types)
{
	struct stat stat;
	int fd = memfd_create("pagewatch", MFD_CLOEXEC);

	if (fd < 0)
		return;
	if (!fstat(fd, &stat)) {
		types->shmem_known = true;
		types->shmem_major = major(stat.st_dev);
		types->shmem_minor = minor(stat.st_dev);
	}
	close(fd);
}

static bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/*
 * A mount that the target does not see: it lies outside of its root, was unmounted while in use, or
 * belongs to who passed the descriptor on. Then the file tells, if root asks; O_PATH opens no device.
 */
static enum vma_kind kind_of_unlisted(const struct vma *vma, struct mount_types *types)
{
	struct mount_type mount = { vma->dev_major, vma->dev_minor, VMA_FILE };
	struct statfs fs;
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "map_files/%llx-%llx", (unsigned long long)vma->start,
		 (unsigned long long)vma->end);
	fd = proc_open_below(types->proc, name, O_PATH);
	if (fd < 0)
		return VMA_FILE;
	if (!fstatfs(fd, &fs)) {
		if (fs.f_type == HUGETLBFS_MAGIC)
			mount.kind = VMA_HUGETLB;
		else if (fs.f_type == TMPFS_MAGIC)
			mount.kind = VMA_SHMEM;
		add_kind(types, &mount);
	}
	close(fd);
	return mount.kind;
}

/* An internal file system of the kernel, in no mount table. */
static enum vma_kind kind_of_internal(const struct vma *vma, struct mount_types *types)
{
	if (starts_with(vma->path, "/anon_hugepage"))
		return VMA_HUGETLB;
	if (types->shmem_known && vma->dev_major == types->shmem_major &&
	    vma->dev_minor == types->shmem_minor)
		return VMA_SHMEM;
	if (!strcmp(vma->path, "/dev/zero (deleted)"))
		return VMA_SHMEM;
	/* memfd and SysV files are on the shmem mount or, with huge pages, on hugetlbfs. */
	if (starts_with(vma->path, "/memfd:") || starts_with(vma->path, "/SYSV"))
		return types->shmem_known ? VMA_HUGETLB : VMA_SHMEM;
	return kind_of_unlisted(vma, types);
}

static enum vma_kind kind_of_file(const struct vma *vma, struct mount_types *types)
{
	size_t i;

	/* A private mapping of the device is plain anonymous memory (mmap_zero()). */
	if (!vma->shared && !strcmp(vma->path, "/dev/zero"))
		return VMA_ANON;
	/* Major 0: no block device. */
	if (vma->dev_major)
		return VMA_FILE;
	if (!types->loaded) {
		types->loaded = true;
		load_mounts(types);
		load_shmem_device(types);
	}
	for (i = 0; i < types->count; i++) {
		if (types->mounts[i].major == vma->dev_major &&
		    types->mounts[i].minor == vma->dev_minor)
			return types->mounts[i].kind;
	}
	return kind_of_internal(vma, types);
}

enum vma_kind vma_kind_of(const struct vma *vma, struct mount_types *types)
{
	const char *path = vma->path;

	/* Named by prctl; shared anonymous memory has a file even then. */
	if (starts_with(path, "[anon_shmem:"))
		return VMA_SHMEM;
	/* SysV segments have a device, but their inode number is their id: 0 for the first. */
	if (vma->inode || vma->dev_major || vma->dev_minor)
		return kind_of_file(vma, types);
	if (!*path || starts_with(path, "[anon:"))
		return VMA_ANON;
	if (!strcmp(path, "[heap]"))
		return VMA_HEAP;
	/* "[stack:TID]" in v3.4 to v4.4 (65376df58217) */
	if (!strcmp(path, "[stack]") || starts_with(path, "[stack:"))
		return VMA_STACK;
	return VMA_SPECIAL;
}
