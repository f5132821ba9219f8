/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The only opener of /proc. Its root can be another folder, so that recorded
 * dumps of other machines can be read in tests. One directory descriptor per
 * process: all later reads speak of the same process, -ESRCH once it is gone,
 * never of one that took over its pid.
 */
#ifndef COLLECT_PROCFS_H
#define COLLECT_PROCFS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "facts/environment.h"

struct procfs; /* a mount of /proc */
struct proc;   /* one process below it */

/* root is usually "/proc"; returns 0 or -errno. The procfs outlives its procs. */
int procfs__open(const char *root, struct procfs **ret);
void procfs__close(struct procfs *procfs);

/*
 * pid may be a thread's id: the process it belongs to is opened (Tgid of
 * status). -ESRCH: no such process; -EACCES, -EPERM: not ours to look at.
 */
int proc__open(struct procfs *procfs, uint32_t pid, struct proc **ret);

/*
 * Our own process: right also where /proc is of another pid namespace than ours, and after
 * our first thread has ended. Files are those of the calling thread.
 */
int proc__open_self(struct procfs *procfs, struct proc **ret);
void proc__close(struct proc *proc);
uint32_t proc__pid(const struct proc *proc);

/*
 * Opens a file or directory of the process (O_RDONLY | O_CLOEXEC); a
 * descriptor, -ESRCH when the process is gone, or another -errno.
 */
int proc__open_file(const struct proc *proc, const char *name);

/*
 * The same of a file that shows its memory (maps, smaps, pagemap, mem, status) or where it
 * runs (root, exe), through a thread that lives: a process goes on after its first thread has
 * ended, and /proc/PID shows nothing of it any more. -EBUSY: its threads end faster than they
 * can be looked at.
 */
int proc__open_memory(const struct proc *proc, const char *name);

/* Its memory, to be written to. */
int proc__open_memory_to_write(const struct proc *proc);

/* The whole of a small text file, malloc'd and terminated; the caller frees it. */
int proc__read_file(const struct proc *proc, const char *name, char **ret, size_t *bytes);

/* As proc__read_file, through a thread that lives. */
int proc__read_memory(const struct proc *proc, const char *name, char **ret);

/* readlink(2) of such a file: its length, not terminated, or -errno. */
ssize_t proc__link_of_memory(const struct proc *proc, const char *name, char *buffer, size_t size);

/* 0 while a thread of the process lives, -ESRCH once the last has ended. A zombie has. */
int proc__alive(const struct proc *proc);

/* One that lives, for calls that reach a process's memory by a thread: the first if it does. */
int proc__living_thread(const struct proc *proc, uint32_t *tid);

/* Fills what could be read; fields that could not stay empty. 0 or -ESRCH. */
int proc__facts(const struct proc *proc, struct process_facts *ret);

/* The children of a process, as /proc tells them now (transitively). Caller frees *pids. */
int procfs__descendants(struct procfs *procfs, uint32_t pid, uint32_t **pids, size_t *count);

/* The thread ids of a process now; caller frees *tids. */
int proc__threads(const struct proc *proc, uint32_t **tids, size_t *count);

#endif
