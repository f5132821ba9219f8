/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Reads /proc/PID/smaps. */
#include "collect/proc/smaps.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/sorted.h"

static int add_vma(struct smaps *smaps, uint64_t start, uint64_t end)
{
	int err = array_reserve((void **)&smaps->vmas, &smaps->capacity, smaps->count + 1,
				sizeof(*smaps->vmas));

	if (!err)
		smaps->vmas[smaps->count++] = (struct smaps_vma){ .start = start, .end = end };
	return err;
}

/*
 * A line that begins with a lower-case hexadecimal digit is a VMA; lines that begin with a capital
 * letter are its counts. The kernel escapes newlines in paths (fs/proc/task_mmu.c, show_map_vma).
 */
static int add_line(struct smaps *smaps, const char *line)
{
	struct smaps_vma *last = smaps->count ? &smaps->vmas[smaps->count - 1] : NULL;
	uint64_t start, end, kilobytes;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &start, &end) == 2)
		return add_vma(smaps, start, end);
	if (!last)
		return -EBADMSG;
	if (sscanf(line, "Rss: %" SCNu64 " kB", &kilobytes) == 1)
		last->rss = kilobytes * 1024;
	else if (sscanf(line, "AnonHugePages: %" SCNu64 " kB", &kilobytes) == 1)
		last->anon_huge = kilobytes * 1024;
	return 0;
}

int smaps__read(const struct proc *proc, struct smaps *ret)
{
	size_t capacity = 0;
	char *line = NULL;
	FILE *file;
	int err = proc__open_stream(proc, "smaps", &file);

	if (err)
		return err;
	memset(ret, 0, sizeof(*ret));
	errno = 0;
	while (!err && getline(&line, &capacity, file) >= 0)
		err = add_line(ret, line);
	if (!err && ferror(file))
		err = errno ? -errno : -EIO;
	if (err)
		smaps__deinit(ret);
	free(line);
	fclose(file);
	return err;
}

void smaps__deinit(struct smaps *smaps)
{
	free(smaps->vmas);
	memset(smaps, 0, sizeof(*smaps));
}

const struct smaps_vma *smaps__find(const struct smaps *smaps, uint64_t start, uint64_t end)
{
	size_t i = sorted_at_least(smaps->vmas, smaps->count, sizeof(*smaps->vmas),
				   offsetof(struct smaps_vma, start), start);

	if (i == smaps->count || smaps->vmas[i].start != start || smaps->vmas[i].end != end)
		return NULL;
	return &smaps->vmas[i];
}
