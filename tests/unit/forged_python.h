/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A real Python, and a view of its memory in which single words are forged. */
#ifndef TESTS_UNIT_FORGED_PYTHON_H
#define TESTS_UNIT_FORGED_PYTHON_H

#include <stdbool.h>
#include <sys/types.h>

#include "arrays/python/reader.h"
#include "collect/proc/procfs.h"

#define PAGES_MAX 8192u
#define PATCHES 8u

struct patch {
	uint64_t address;
	uint64_t word;
};

struct target {
	pid_t pid;
	int in;
	struct procfs *procfs;
	struct proc *proc;
	struct vma_list vmas;
	char runtime[128];
	struct memsrc *truth;
	struct patch patches[PATCHES];
	size_t patch_count;
	size_t loads;	     /* of forged words, so far */
	size_t forged_loads; /* the first so many of them are forged: all, or less */
	struct py py;
	char why[256];
};

/* Group setup and teardown; *state stays NULL where there is no Python. */
int forged_python_start(void **state);

/* The same, for a group that wants more of it: what it runs first, which imports sys. */
int forged_python_run(void **state, const char *preface);
int forged_python_end(void **state);

/* The memory with its patches, at most PAGES_MAX pages; the caller closes it. */
struct memsrc *forged_memory(struct target *target);

/* A look through the patches; the types are freed, addresses and layout stay in target->py. */
int find(struct target *target);

/* Forgets all patches, and finds the truth. */
void find_truth(struct target *target);

/* A word as it is; one more patch, which must change something. */
uint64_t truth(struct target *target, uint64_t address);
void forge(struct target *target, uint64_t address, uint64_t word);

/* The look fails and says these words; the patches are forgotten. */
void refused(struct target *target, const char *words);

static inline uint64_t at(uint64_t base, int32_t offset)
{
	return base + (uint64_t)offset;
}

#endif
