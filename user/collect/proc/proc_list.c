/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Lists of processes and threads, from the numeric directories of /proc. */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "base/parse.h"
#include "base/sorted.h"
#include "collect/proc/proc_text.h"
#include "collect/proc/procfs.h"
#include "collect/proc/procfs_priv.h"

struct pid_list {
	uint32_t *pids;
	size_t count;
	size_t capacity;
};

static int pid_list__add(struct pid_list *list, uint32_t pid)
{
	int err;

	err = array_reserve((void **)&list->pids, &list->capacity, list->count + 1,
			    sizeof(*list->pids));
	if (!err)
		list->pids[list->count++] = pid;
	return err;
}

/* The numeric entries of a directory. Takes over the descriptor. */
static int list_numbers(int fd, struct pid_list *list)
{
	struct dirent *entry;
	DIR *directory = fdopendir(fd);
	int err = 0;

	if (!directory) {
		err = -errno;
		close(fd);
		return err;
	}
	for (;;) {
		uint64_t pid;

		errno = 0;
		entry = readdir(directory);
		if (!entry) {
			err = -errno;
			break;
		}
		if (parse_u64(entry->d_name, 1, UINT32_MAX, &pid))
			continue;
		err = pid_list__add(list, (uint32_t)pid);
		if (err)
			break;
	}
	closedir(directory);
	/* A directory below a dead process reads as missing. */
	return err == -ENOENT ? -ESRCH : err;
}

int proc__threads(const struct proc *proc, uint32_t **tids, size_t *count)
{
	struct pid_list list = { 0 };
	int fd = proc__open_file(proc, "task");
	int err;

	if (fd < 0)
		return fd;
	err = list_numbers(fd, &list);
	if (!err && !list.count)
		err = -ESRCH;
	if (err) {
		free(list.pids);
		return err;
	}
	*tids = list.pids;
	*count = list.count;
	return 0;
}

int procfs__processes(const struct procfs *procfs, uint32_t **pids, size_t *count)
{
	struct pid_list list = { 0 };
	int fd = procfs_open_directory(procfs);
	int err;

	if (fd < 0)
		return fd;
	err = list_numbers(fd, &list);
	if (err) {
		free(list.pids);
		return err;
	}
	*pids = list.pids;
	*count = list.count;
	return 0;
}

struct member {
	uint64_t parent;
	uint32_t pid;
};

struct family {
	struct member *members;
	size_t count;
	size_t capacity;
};

static int by_parent(const void *a, const void *b)
{
	const struct member *left = a, *right = b;

	if (left->parent != right->parent)
		return left->parent < right->parent ? -1 : 1;
	return left->pid < right->pid ? -1 : left->pid > right->pid;
}

/* Every process that can be read, sorted by parent. */
static int read_family(struct procfs *procfs, struct family *family)
{
	struct pid_list list = { 0 };
	int fd = procfs_open_directory(procfs);
	size_t i;
	int err;

	if (fd < 0)
		return fd;
	err = list_numbers(fd, &list);
	if (!err)
		err = array_reserve((void **)&family->members, &family->capacity, list.count,
				    sizeof(*family->members));
	for (i = 0; !err && i < list.count; i++) {
		struct proc_stat stat;

		/* A process that ended meanwhile is not a descendant any more. */
		if (!procfs_read_stat(procfs, list.pids[i], &stat))
			family->members[family->count++] = (struct member){ stat.ppid, stat.pid };
	}
	free(list.pids);
	if (!err && family->count)
		array_sort(family->members, family->count, sizeof(*family->members), by_parent);
	return err;
}

static size_t first_child(const struct family *family, uint32_t ppid)
{
	return sorted_at_least(family->members, family->count, sizeof(*family->members),
			       offsetof(struct member, parent), ppid);
}

static int add_children(const struct family *family, uint32_t pid, struct pid_list *list)
{
	size_t i;
	int err;

	for (i = first_child(family, pid); i < family->count; i++) {
		const struct member *member = &family->members[i];

		if (member->parent != pid)
			break;
		/* 0 is the process that we started from. */
		if (!member->pid)
			continue;
		err = pid_list__add(list, member->pid);
		if (err)
			return err;
	}
	return 0;
}

int procfs__descendants(struct procfs *procfs, uint32_t pid, uint32_t **pids, size_t *count)
{
	struct family family = { 0 };
	struct pid_list list = { 0 };
	size_t i;
	int err;

	err = read_family(procfs, &family);
	/*
	 * /proc changes while it is read: a recycled pid can make a process its own ancestor.
	 * Everybody has one parent, so any circle that we can reach leads through the start, and
	 * ends there.
	 */
	for (i = 0; !err && i < family.count; i++) {
		if (family.members[i].pid == pid)
			family.members[i].pid = 0;
	}
	if (!err)
		err = add_children(&family, pid, &list);
	for (i = 0; !err && i < list.count; i++)
		err = add_children(&family, list.pids[i], &list);
	free(family.members);
	if (err) {
		free(list.pids);
		return err;
	}
	*pids = list.pids;
	*count = list.count;
	return 0;
}
