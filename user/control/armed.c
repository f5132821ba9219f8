/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/armed.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct armed_entry {
	_Atomic pid_t pid; /* 0: free */
	struct breakpoint breakpoint;
};

struct armed {
	_Atomic size_t used;   /* entries from here on were never used */
	_Atomic bool left_out; /* some breakpoint found no room */
	struct armed_entry entries[ARMED_MAX];
};

int armed__new(struct armed **ret)
{
	void *memory = mmap(NULL, sizeof(struct armed), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return -ENOMEM;
	*ret = memory;
	return 0;
}

void armed__free(struct armed *armed)
{
	if (armed)
		munmap(armed, sizeof(*armed));
}

/* The entry of the process; pid 0: a free one. NULL: none. */
static struct armed_entry *armed_find(struct armed *armed, pid_t pid)
{
	size_t used = atomic_load(&armed->used), i;

	for (i = 0; i < used; i++) {
		if (atomic_load(&armed->entries[i].pid) == pid)
			return &armed->entries[i];
	}
	return NULL;
}

static struct armed_entry *armed_take_free(struct armed *armed)
{
	struct armed_entry *entry = armed_find(armed, 0);
	size_t used = atomic_load(&armed->used);

	if (entry || used == ARMED_MAX)
		return entry;
	atomic_store(&armed->used, used + 1);
	return &armed->entries[used];
}

void armed__note(struct armed *armed, pid_t pid, const struct breakpoint *breakpoint)
{
	struct armed_entry *entry;

	armed__forget(armed, pid);
	entry = armed_take_free(armed);
	if (!entry) {
		atomic_store(&armed->left_out, true);
		return;
	}
	/* In this order, because the guardian can be killed between any two steps. */
	entry->breakpoint = *breakpoint;
	atomic_store(&entry->pid, pid);
}

void armed__forget(struct armed *armed, pid_t pid)
{
	struct armed_entry *entry = armed_find(armed, pid);

	if (entry)
		atomic_store(&entry->pid, 0);
}

/* A process born after the guardian died may have inherited any of the breakpoints. */
static int armed_take_out_of(struct armed *armed, int mem_fd, pid_t pid)
{
	const struct armed_entry *own = armed_find(armed, pid);
	int taken = 0;
	size_t used = atomic_load(&armed->used), i;

	if (own)
		return breakpoint_remove_from(mem_fd, &own->breakpoint);
	for (i = 0; !taken && i < used; i++) {
		if (atomic_load(&armed->entries[i].pid))
			taken = breakpoint_remove_from(mem_fd, &armed->entries[i].breakpoint);
	}
	return taken;
}

static int armed_visit(struct armed *armed, struct procfs *procfs, uint32_t pid)
{
	struct proc *proc = NULL;
	int fd, done;

	done = proc__open(procfs, pid, &proc);
	if (done)
		return done;
	fd = proc__open_memory_to_write(proc);
	proc__close(proc);
	if (fd < 0)
		return fd;
	done = armed_take_out_of(armed, fd, (pid_t)pid);
	close(fd);
	return done;
}

static bool armed_any(const struct armed *armed)
{
	size_t used = atomic_load(&armed->used), i;

	for (i = 0; i < used; i++) {
		if (atomic_load(&armed->entries[i].pid))
			return true;
	}
	return false;
}

size_t armed__take_out(struct armed *armed, struct procfs *procfs, size_t *unknown, int *err)
{
	uint32_t *pids = NULL;
	size_t count = 0, out = 0, i;

	*unknown = 0;
	*err = 0;
	if (!armed_any(armed))
		return 0;
	*err = procfs__descendants(procfs, (uint32_t)getpid(), &pids, &count);
	for (i = 0; i < count; i++) {
		int done = armed_visit(armed, procfs, pids[i]);

		out += done == 1;
		*unknown += !done && armed->left_out && !armed_find(armed, (pid_t)pids[i]);
		if (done < 0 && done != -ESRCH)
			*err = done;
	}
	free(pids);
	return out;
}
