/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The only code that opens /proc. Its root can be another folder, so that tests can read recorded
 * dumps of other machines. There is one directory descriptor per process: all later reads concern
 * the same process, or give -ESRCH, but never a process that has its pid now.
 */
#ifndef COLLECT_PROCFS_H
#define COLLECT_PROCFS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "facts/environment.h"

struct procfs; /* a mount of /proc */
struct proc;   /* one process below it */

/* root is usually "/proc"; returns 0 or -errno. The procfs outlives its procs. */
int procfs__open(const char *root, struct procfs **ret);
/* How files of processes are opened from now on: as by openat(2), which is the default. */
typedef int procfs_opener(int folder, const char *path, int flags);
void procfs__open_by(struct procfs *procfs, procfs_opener *opener);
void procfs__close(struct procfs *procfs);

/*
 * pid may be a thread's id: the process it belongs to is opened (Tgid in status). -ESRCH: no such
 * process; -EACCES, -EPERM: not permitted.
 */
int proc__open(struct procfs *procfs, uint32_t pid, struct proc **ret);

/* pid must be the id of a process: status is not read. */
int proc__open_process(struct procfs *procfs, uint32_t pid, struct proc **ret);

/*
 * Our own process: correct even if /proc belongs to another pid namespace than ours, or our first
 * thread has ended. Files are those of the calling thread.
 */
int proc__open_self(struct procfs *procfs, struct proc **ret);
void proc__close(struct proc *proc);
uint32_t proc__pid(const struct proc *proc);

/*
 * Opens a file or directory of the process (O_RDONLY | O_CLOEXEC). A descriptor, -ESRCH if the
 * process is gone, or another -errno.
 */
int proc__open_file(const struct proc *proc, const char *name);

/* Where it lies, by O_PATH: not even a device notices. A descriptor or -errno. */
int proc__open_place(const struct proc *proc, const char *name);

/*
 * The same for a file that shows its memory (maps, smaps, pagemap, mem, status) or where it runs
 * (root, exe), through a live thread: a process goes on after its first thread has ended, and
 * /proc/PID then shows nothing of it. -EBUSY: its threads end faster than we can open the file.
 */
int proc__open_memory(const struct proc *proc, const char *name);

/* The same as a stream, which the caller closes. 0 or -errno. */
int proc__open_stream(const struct proc *proc, const char *name, FILE **ret);

/* Its memory, for writing. */
int proc__open_memory_to_write(const struct proc *proc);

/* The whole content of a small text file, malloc'd and terminated; the caller frees it. */
int proc__read_file(const struct proc *proc, const char *name, char **ret, size_t *bytes);

/* As proc__read_file, through a live thread. */
int proc__read_memory(const struct proc *proc, const char *name, char **ret);

/* readlink(2) of such a file: its length (not terminated), or -errno. */
ssize_t proc__link_of_memory(const struct proc *proc, const char *name, char *buffer, size_t size);

/* 0 while a thread of the process is alive, -ESRCH once the last has ended. A zombie counts as ended. */
int proc__alive(const struct proc *proc);

/* A live thread, for calls that reach a process's memory by a thread: the first if it is alive. */
int proc__living_thread(const struct proc *proc, uint32_t *tid);

/* The path of its program, terminated; "" if it cannot be read. */
void proc__exe(const struct proc *proc, char *buffer, size_t size);

/* Fills what can be read; other fields stay empty. 0 or -ESRCH. */
int proc__facts(const struct proc *proc, struct process_facts *ret);

/*
 * Its RSS in pages, as VmRSS in status, but read from statm, which costs a tenth. 0 pages: it has no
 * memory any more. 0, -ESRCH, or another -errno.
 */
int proc__rss(const struct proc *proc, uint64_t *ret);

/*
 * What it has in memory and in swap by the kernel's counters, in KiB as in status. They are exact
 * since 82241a83cd15; before, what some 64 pages per CPU have added or taken may be missing.
 */
struct proc_memory {
	uint64_t anon, file, shmem, swap, hugetlb;
};

/* What status does not say is 0. 0, -ESRCH, or another -errno. */
int proc__memory(const struct proc *proc, struct proc_memory *ret);

/* The children of a process (transitively), as /proc shows them. The caller frees *pids. */
int procfs__descendants(struct procfs *procfs, uint32_t pid, uint32_t **pids, size_t *count);

/* The ids of all processes, as /proc shows them. The caller frees *pids. 0 or -errno. */
int procfs__processes(const struct procfs *procfs, uint32_t **pids, size_t *count);

/* The thread ids of a process; the caller frees *tids. */
int proc__threads(const struct proc *proc, uint32_t **tids, size_t *count);

#endif
