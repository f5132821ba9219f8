/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What /proc says about a process, besides its page tables. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/proc/proc_text.h"
#include "collect/proc/procfs.h"
#include "collect/proc/procfs_priv.h"

static void fill_memory(const char *status, struct process_facts *facts)
{
	uint64_t page_kib = (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
	uint64_t kib;

	if (!proc_status_number(status, "VmRSS", &kib))
		facts->rss_kernel_pages = kib / page_kib;
	if (!proc_status_number(status, "VmHWM", &kib))
		facts->rss_peak_pages = kib / page_kib;
	if (!proc_status_number(status, "VmPTE", &kib) && kib <= UINT64_MAX / 1024)
		facts->page_table_bytes = kib * 1024;
}

void proc__exe(const struct proc *proc, char *buffer, size_t size)
{
	ssize_t length = proc__link_of_memory(proc, "exe", buffer, size - 1);

	buffer[length < 0 ? 0 : length] = '\0';
}

/* "size resident ...", in pages (fs/proc/array.c). Closes fd. */
static int read_resident(int fd, uint64_t *ret)
{
	char text[128];
	ssize_t got = read(fd, text, sizeof(text) - 1);
	int err = got < 0 ? -errno : 0;

	close(fd);
	if (err)
		return err;
	text[got] = '\0';
	return sscanf(text, "%*u %" SCNu64, ret) == 1 ? 0 : -EBADMSG;
}

int proc__rss(const struct proc *proc, uint64_t *ret)
{
	int fd = proc__open_file(proc, "statm");
	int err = fd < 0 ? fd : read_resident(fd, ret);

	if (err || *ret)
		return err;
	/* The first thread may have ended, and others go on. */
	fd = proc__open_memory(proc, "statm");
	return fd < 0 ? fd : read_resident(fd, ret);
}

int proc__memory(const struct proc *proc, struct proc_memory *ret)
{
	const struct {
		const char *key;
		uint64_t *kib;
	} numbers[] = {
		{ "RssAnon", &ret->anon },	   { "RssFile", &ret->file },
		{ "RssShmem", &ret->shmem },	   { "VmSwap", &ret->swap },
		{ "HugetlbPages", &ret->hugetlb },
	};
	char *status = NULL;
	int err = proc__read_memory(proc, "status", &status);
	size_t i;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; !err && i < sizeof(numbers) / sizeof(numbers[0]); i++)
		proc_status_number(status, numbers[i].key, numbers[i].kib);
	free(status);
	return err;
}

int proc__facts(const struct proc *proc, struct process_facts *ret)
{
	struct proc_stat stat;
	char *status = NULL;
	int err;

	memset(ret, 0, sizeof(*ret));
	ret->pid = proc->pid;
	err = proc__alive(proc);
	if (err)
		return err;
	err = proc_read_stat(proc, "stat", &stat);
	if (err == -ESRCH)
		return err;
	if (!err) {
		memcpy(ret->comm, stat.comm, sizeof(ret->comm));
		ret->start_ticks = stat.start_ticks;
		ret->parent = stat.ppid;
	}
	err = proc__read_memory(proc, "status", &status);
	if (!err)
		fill_memory(status, ret);
	free(status);
	return err == -ESRCH ? err : 0;
}
