/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* NSpid of threads. */
#include "collect/proc/proc_thread.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"

#define THREADS_MAX 4096u /* how many are searched */

int proc_status_inner_pid(const char *status, uint32_t *ret)
{
	/* A comm has no newline here: the kernel escapes it. */
	const char *line = strstr(status, "\nNSpid:\t");
	const char *tab;
	char number[16];
	uint64_t value;
	size_t length;

	if (!line)
		line = strstr(status, "\nPid:\t");
	if (!line)
		return -EBADMSG;
	line = strchr(line, '\t') + 1;
	length = strcspn(line, "\n");
	while ((tab = memchr(line, '\t', length))) {
		length -= (size_t)(tab + 1 - line);
		line = tab + 1;
	}
	if (length >= sizeof(number))
		return -EBADMSG;
	memcpy(number, line, length);
	number[length] = '\0';
	if (parse_u64(number, 1, UINT32_MAX, &value))
		return -EBADMSG;
	*ret = (uint32_t)value;
	return 0;
}

static int inner_pid(const struct proc *proc, uint32_t tid, uint32_t *ret)
{
	char name[40], *status;
	size_t bytes;
	int err;

	snprintf(name, sizeof(name), "task/%u/status", tid);
	err = proc__read_file(proc, name, &status, &bytes);
	if (err)
		return err;
	err = proc_status_inner_pid(status, ret);
	free(status);
	return err;
}

int proc__has_thread(const struct proc *proc, uint32_t tid, bool *ret)
{
	uint32_t *tids, inner;
	size_t count, i;
	int err;

	/* Usually there is one namespace. */
	*ret = !inner_pid(proc, tid, &inner) && inner == tid;
	if (*ret)
		return 0;
	err = proc__threads(proc, &tids, &count);
	if (err)
		return err;
	for (i = 0; !*ret && i < count && i < THREADS_MAX; i++)
		*ret = !inner_pid(proc, tids[i], &inner) && inner == tid;
	free(tids);
	return 0;
}
