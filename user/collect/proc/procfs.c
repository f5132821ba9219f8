/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Opens /proc and the directories of processes in it. */
#include "collect/proc/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "collect/proc/proc_text.h"
#include "collect/proc/procfs_priv.h"

#define READ_MAX (16u << 20)
#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

struct procfs {
	char *root;
	int fd;
	procfs_opener *open;
};

static int open_plainly(int folder, const char *path, int flags)
{
	return openat(folder, path, flags);
}

int procfs__open(const char *root, struct procfs **ret)
{
	struct procfs *procfs = calloc(1, sizeof(*procfs));
	int err;

	if (!procfs)
		return -ENOMEM;
	procfs->open = open_plainly;
	procfs->fd = open(root, OPEN_DIRECTORY);
	if (procfs->fd < 0) {
		err = -errno;
		goto out;
	}
	procfs->root = strdup(root);
	if (!procfs->root) {
		err = -ENOMEM;
		goto out;
	}
	*ret = procfs;
	return 0;
out:
	procfs__close(procfs);
	return err;
}

void procfs__close(struct procfs *procfs)
{
	if (!procfs)
		return;
	if (procfs->fd >= 0)
		close(procfs->fd);
	free(procfs->root);
	free(procfs);
}

void procfs__open_by(struct procfs *procfs, procfs_opener *opener)
{
	procfs->open = opener;
}

static int open_pid(const struct procfs *procfs, uint32_t pid)
{
	char name[16];
	int fd;

	snprintf(name, sizeof(name), "%u", pid);
	fd = openat(procfs->fd, name, OPEN_DIRECTORY);
	if (fd >= 0)
		return fd;
	return errno == ENOENT ? -ESRCH : -errno;
}

/* pid was a thread of proc. Replaces it by its process, if they still belong together. */
static int become_leader(const struct procfs *procfs, struct proc *proc, uint32_t leader)
{
	char task[32];
	int fd = open_pid(procfs, leader);

	if (fd < 0)
		return fd;
	close(proc->fd);
	proc->fd = fd;
	snprintf(task, sizeof(task), "task/%u", proc->pid);
	proc->pid = leader;
	return faccessat(fd, task, F_OK, 0) ? -ESRCH : 0;
}

int proc__open_process(struct procfs *procfs, uint32_t pid, struct proc **ret)
{
	struct proc *proc = calloc(1, sizeof(*proc));
	int err;

	if (!proc)
		return -ENOMEM;
	*proc = (struct proc){ pid, open_pid(procfs, pid), procfs->open };
	if (proc->fd < 0) {
		err = proc->fd;
		free(proc);
		return err;
	}
	*ret = proc;
	return 0;
}

int proc__open(struct procfs *procfs, uint32_t pid, struct proc **ret)
{
	struct proc *proc = NULL;
	char *status = NULL;
	uint64_t leader;
	int err;

	err = proc__open_process(procfs, pid, &proc);
	if (err)
		return err;
	err = proc__read_file(proc, "status", &status, NULL);
	if (err)
		goto out;
	err = proc_status_number(status, "Tgid", &leader);
	/* A process that is being reaped has no Tgid: it reads as 0. */
	if (!err && !leader)
		err = -ESRCH;
	else if (!err && leader > UINT32_MAX)
		err = -EBADMSG;
	if (!err && leader != pid)
		err = become_leader(procfs, proc, (uint32_t)leader);
out:
	free(status);
	if (err)
		proc__close(proc);
	else
		*ret = proc;
	return err;
}

int proc__open_self(struct procfs *procfs, struct proc **ret)
{
	struct proc *proc = calloc(1, sizeof(*proc));
	int err = 0;

	if (!proc)
		return -ENOMEM;
	*proc = (struct proc){ (uint32_t)getpid(),
			       openat(procfs->fd, "thread-self", OPEN_DIRECTORY), procfs->open };
	if (proc->fd < 0)
		err = -errno;
	if (err)
		proc__close(proc);
	else
		*ret = proc;
	return err;
}

void proc__close(struct proc *proc)
{
	if (!proc)
		return;
	if (proc->fd >= 0)
		close(proc->fd);
	free(proc);
}

uint32_t proc__pid(const struct proc *proc)
{
	return proc->pid;
}

/*
 * Below a process that is gone every lookup gives ESRCH (proc_pid_permission(), v3.3), but ENOENT
 * while it is being reaped: then there is no stat either.
 */
int proc_open_below(const struct proc *proc, const char *name, int flags)
{
	int fd = proc->open(proc->fd, name, flags | O_CLOEXEC);

	if (fd >= 0 || errno != ENOENT)
		return fd < 0 ? -errno : fd;
	return faccessat(proc->fd, "stat", F_OK, 0) ? -ESRCH : -ENOENT;
}

int proc__open_file(const struct proc *proc, const char *name)
{
	return proc_open_below(proc, name, O_RDONLY);
}

int proc__open_place(const struct proc *proc, const char *name)
{
	return proc_open_below(proc, name, O_PATH | O_CLOEXEC);
}

int proc_read_all(int fd, char **ret, size_t *bytes)
{
	size_t capacity = 0, used = 0;
	char *text = NULL;
	int err;

	for (;;) {
		ssize_t got;

		/* array_reserve at least doubles, so this is not one call per read. */
		err = array_reserve((void **)&text, &capacity, used + BUFSIZ + 1, 1);
		if (err)
			break;
		got = read(fd, text + used, capacity - used - 1);
		if (got < 0 && errno == EINTR)
			continue;
		err = got < 0 ? -errno : 0;
		if (got <= 0)
			break;
		used += (size_t)got;
		if (used > READ_MAX) {
			err = -EFBIG;
			break;
		}
	}
	if (err) {
		free(text);
		return err;
	}
	text[used] = '\0';
	*ret = text;
	if (bytes)
		*bytes = used;
	return 0;
}

int proc__read_file(const struct proc *proc, const char *name, char **ret, size_t *bytes)
{
	int fd = proc__open_file(proc, name);
	int err;

	if (fd < 0)
		return fd;
	err = proc_read_all(fd, ret, bytes);
	close(fd);
	return err;
}

int proc_read_stat(const struct proc *proc, const char *name, struct proc_stat *ret)
{
	char *text = NULL;
	int err;

	err = proc__read_file(proc, name, &text, NULL);
	if (!err)
		err = proc_stat_parse(text, ret);
	free(text);
	return err;
}

int procfs_open_directory(const struct procfs *procfs)
{
	int fd = openat(procfs->fd, ".", OPEN_DIRECTORY);

	return fd < 0 ? -errno : fd;
}

int procfs_read_stat(const struct procfs *procfs, uint32_t pid, struct proc_stat *ret)
{
	struct proc proc = { pid, open_pid(procfs, pid), procfs->open };
	int err;

	if (proc.fd < 0)
		return proc.fd;
	err = proc_read_stat(&proc, "stat", ret);
	close(proc.fd);
	return err;
}
