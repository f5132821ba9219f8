/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The numpy arrays of a running CPython, and its other objects that own memory: which ones there
 * are, and their names. Reads only memory that is present, never stops the target, trusts nothing
 * it reads.
 */
#ifndef ARRAYS_PYTHON_PYTHON_H
#define ARRAYS_PYTHON_PYTHON_H

#include "collect/memory/memsrc.h"
#include "collect/proc/procfs.h"
#include "facts/array.h"
#include "facts/vma.h"

struct python_options {
	uint64_t page_bytes;
	uint64_t min_bytes;   /* arrays whose memory spans less are left out */
	uint64_t deadline_ms; /* CPU time for the whole search */
	size_t max_pages;     /* read at most */
	size_t max_links;     /* words that names rest on, at most; 0: PY_LINKS_MAX */
};

struct python_report {
	size_t found; /* arrays of at least min_bytes */
	size_t unnamed;
	size_t unverified;     /* names left out: no room for what they rest on */
	size_t changing;       /* arrays left out: they changed during every read */
	uint64_t swapped;      /* swapped-out pages that may lead to arrays */
	const char *cut;       /* a literal: why the search ended early; NULL: it did not */
	const char *partial;   /* a literal: why existing arrays may be missing; or NULL */
	char unsupported[256]; /* a sentence if this Python cannot be read; else "" */
};

/*
 * Appends the arrays to ret, owners before their views. runtime is the result of runtime_detect. No
 * CPython: 0 and nothing. 0, -ENOMEM, -ESRCH, or -EACCES if its memory may not be read.
 */
int python_scan(const struct proc *proc, const struct vma_list *vmas, const char *runtime,
		const struct python_options *options, struct array_list *ret,
		struct python_report *report);

/* The same with memory that the caller has opened. */
int python_scan_memory(struct memsrc *memsrc, const struct proc *proc, const struct vma_list *vmas,
		       const char *runtime, const struct python_options *options,
		       struct array_list *ret, struct python_report *report);

#endif
