/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/kernel/capability_trial.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/capability.h"
#include "collect/kernel/faults.h"
#include "collect/proc/procfs.h"

#define NOBODY 65534u /* the kernel's overflow uid: nothing is its */

/* The smallest first. CAP_SYS_ADMIN stood for two of them before v5.8. */
static const uint64_t sets[] = {
	CAPABILITIES_OF_OTHERS | CAPABILITY(CAP_PERFMON) | CAPABILITY(CAP_BPF),
	CAPABILITIES_OF_OTHERS | CAPABILITY(CAP_PERFMON) | CAPABILITY(CAP_BPF) |
		CAPABILITY(CAP_SYS_ADMIN),
	CAPABILITIES_OF_OTHERS | CAPABILITY(CAP_SYS_ADMIN),
};

static bool may_read_memory(uint32_t pid)
{
	static const char *const files[] = { "mem", "pagemap", "maps" };
	struct procfs *procfs = NULL;
	struct proc *proc = NULL;
	bool may = !procfs__open("/proc", &procfs) && !proc__open_process(procfs, pid, &proc);
	size_t i;

	for (i = 0; may && i < sizeof(files) / sizeof(files[0]); i++) {
		int fd = proc__open_memory(proc, files[i]);

		may = fd >= 0;
		if (may)
			close(fd);
	}
	proc__close(proc);
	procfs__close(procfs);
	return may;
}

/* In the child. */
static bool set_suffices(uint64_t set, uint32_t parent)
{
	int uprobe;

	return !capability_become(NOBODY, set) && may_read_memory(parent) &&
	       !faults_try(FAULTS_AUTO, &uprobe) && !uprobe;
}

static bool try_set(uint64_t set)
{
	uint32_t parent = (uint32_t)getpid();
	int status = 0;
	pid_t child = fork();

	if (!child)
		_exit(set_suffices(set, parent) ? 0 : 1);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return child > 0 && WIFEXITED(status) && !WEXITSTATUS(status);
}

uint64_t capability_trial(void)
{
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		if (try_set(sets[i]))
			return sets[i];
	}
	return 0;
}
