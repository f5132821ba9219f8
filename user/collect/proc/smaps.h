/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The counts of /proc/PID/smaps for each VMA. The kernel walks all page tables for it. */
#ifndef COLLECT_SMAPS_H
#define COLLECT_SMAPS_H

#include <stddef.h>
#include <stdint.h>

#include "collect/proc/procfs.h"

/* One VMA, [start, end) and the counts in bytes. */
struct smaps_vma {
	uint64_t start;
	uint64_t end;
	uint64_t rss;
	uint64_t anon_huge; /* mapped by one PMD entry each (AnonHugePages) */
};

struct smaps { /* all zero is empty */
	struct smaps_vma *vmas;
	size_t count;
	size_t capacity;
};

/* 0 or -errno; the caller owns *ret. */
int smaps__read(const struct proc *proc, struct smaps *ret);
void smaps__deinit(struct smaps *smaps);

/* The VMA with exactly these borders, or NULL. */
const struct smaps_vma *smaps__find(const struct smaps *smaps, uint64_t start, uint64_t end);

#endif
