/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What kind of process it is, and whose. */
#include "collect/proc/proc_kind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/proc/proc_text.h"

#define PF_KTHREAD 0x00200000u /* include/linux/sched.h */

/* Its real user: what has more rights than that belongs to somebody else. */
static uint32_t owner_of(const struct proc *proc)
{
	char *status = NULL, *line;
	uint32_t owner = (uint32_t)geteuid();

	if (proc__read_file(proc, "status", &status, NULL))
		return owner;
	line = strstr(status, "\nUid:\t");
	if (line)
		owner = (uint32_t)strtoul(line + strlen("\nUid:\t"), NULL, 10);
	free(status);
	return owner;
}

static enum proc_kind kind_of_living(const struct proc *proc, uint32_t *owner)
{
	int fd = proc__open_memory(proc, "pagemap");

	if (fd >= 0)
		close(fd);
	if (fd != -EACCES && fd != -EPERM)
		return fd == -ESRCH ? PROC_IS_GONE : PROC_IS_READABLE;
	*owner = owner_of(proc);
	return *owner == geteuid() || !geteuid() ? PROC_IS_PROTECTED : PROC_IS_FOREIGN;
}

enum proc_kind proc_kind_of(struct procfs *procfs, uint32_t pid, uint32_t *owner)
{
	enum proc_kind kind = PROC_IS_GONE;
	struct proc_stat stat = { 0 };
	struct proc *proc = NULL;
	char *text = NULL;

	if (proc__open(procfs, pid, &proc))
		return PROC_IS_GONE;
	if (proc__read_file(proc, "stat", &text, NULL) || proc_stat_parse(text, &stat))
		kind = PROC_IS_GONE;
	else if (stat.flags & PF_KTHREAD)
		kind = PROC_IS_KERNEL_THREAD;
	else if (stat.state == 'Z' && proc__alive(proc))
		kind = PROC_IS_ZOMBIE;
	else
		kind = kind_of_living(proc, owner);
	free(text);
	proc__close(proc);
	return kind;
}
