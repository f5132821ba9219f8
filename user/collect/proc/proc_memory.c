/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The files that show a process's memory. Those in /proc/PID belong to its first thread and show
 * nothing once that thread has ended. Any other live thread still shows the memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/proc/proc_text.h"
#include "collect/proc/procfs.h"
#include "collect/proc/procfs_priv.h"

/*
 * Another round is needed only if a thread ends between two checks: so many rounds do not happen by
 * chance.
 */
#define ROUNDS 64

/* include/linux/sched.h; its memory is released before its state shows it. */
#define PF_EXITING 0x4u

/* tid 0: the first thread, through the process's own directory. */
static const char *path_of(uint32_t tid, const char *name, char *buffer, size_t size)
{
	if (!tid)
		return name;
	snprintf(buffer, size, "task/%u/%s", tid, name);
	return buffer;
}

/* 0, -ECHILD: it has ended, or another -errno. */
static int thread_state(const struct proc *proc, uint32_t tid)
{
	struct proc_stat stat;
	char path[40];
	int err = proc_read_stat(proc, path_of(tid, "stat", path, sizeof(path)), &stat);

	if (err)
		return err;
	return stat.flags & PF_EXITING || strchr("ZXx", stat.state) ? -ECHILD : 0;
}

/* *tid: 0 for the first thread. 0, -ESRCH: none is alive. */
static int find_living(const struct proc *proc, uint32_t *tid)
{
	uint32_t *tids;
	size_t count, i;
	int err;

	*tid = 0;
	err = thread_state(proc, 0);
	if (err != -ECHILD)
		return err;
	err = proc__threads(proc, &tids, &count);
	if (err)
		return err;
	err = -ESRCH;
	for (i = 0; err && i < count; i++) {
		if (tids[i] != proc->pid && !thread_state(proc, tids[i])) {
			*tid = tids[i];
			err = 0;
		}
	}
	free(tids);
	return err;
}

int proc__alive(const struct proc *proc)
{
	uint32_t tid;

	return find_living(proc, &tid);
}

int proc__living_thread(const struct proc *proc, uint32_t *tid)
{
	int err = find_living(proc, tid);

	if (!err && !*tid)
		*tid = proc->pid;
	return err;
}

/* Checks that the thread is still alive: a file opened before its end has memory. */
static int open_living(const struct proc *proc, const char *name, int flags)
{
	char path[96];
	uint32_t tid = 0;
	int round, fd, err, state;

	for (round = 0; round < ROUNDS; round++) {
		fd = proc_open_below(proc, path_of(tid, name, path, sizeof(path)), flags);
		state = thread_state(proc, tid);
		/*
		 * If the first thread's state cannot be read, try the file itself: recordings have
		 * no stat.
		 */
		if (!state || (!tid && state != -ECHILD))
			return fd;
		if (fd >= 0)
			close(fd);
		err = find_living(proc, &tid);
		if (err)
			return err;
	}
	return -EBUSY;
}

int proc__open_memory(const struct proc *proc, const char *name)
{
	return open_living(proc, name, O_RDONLY);
}

int proc__open_stream(const struct proc *proc, const char *name, FILE **ret)
{
	int fd = proc__open_memory(proc, name), err = 0;

	if (fd < 0)
		return fd;
	*ret = fdopen(fd, "r");
	if (!*ret) {
		err = -errno;
		close(fd);
	}
	return err;
}

int proc__open_memory_to_write(const struct proc *proc)
{
	return open_living(proc, "mem", O_RDWR);
}

int proc__read_memory(const struct proc *proc, const char *name, char **ret)
{
	int fd = open_living(proc, name, O_RDONLY), err;

	if (fd < 0)
		return fd;
	err = proc_read_all(fd, ret, NULL);
	close(fd);
	return err;
}

ssize_t proc__link_of_memory(const struct proc *proc, const char *name, char *buffer, size_t size)
{
	char path[96];
	uint32_t tid;
	ssize_t length;
	int err = find_living(proc, &tid);

	if (err)
		return err;
	length = readlinkat(proc->fd, path_of(tid, name, path, sizeof(path)), buffer, size);
	return length < 0 ? -errno : length;
}
