/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The numpy arrays of a running CPython, and what else of it owns memory: which there are, and
 * what they are called. Reads memory only where it is present, never stops the target, believes
 * nothing it reads.
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
	uint64_t deadline_ms; /* of CPU time, of the look as a whole */
	size_t max_pages;     /* read at most */
	size_t max_links;     /* words that names rest on, kept at most; 0: PY_LINKS_MAX */
};

struct python_report {
	size_t found; /* arrays of at least min_bytes */
	size_t unnamed;
	size_t unverified;     /* names that were not given: no room for what they rest on */
	size_t changing;       /* arrays that changed under each look: left out */
	uint64_t swapped;      /* pages that tell of arrays and are swapped out */
	const char *cut;       /* a literal: why the look was cut short; NULL: it was not */
	const char *partial;   /* a literal: why arrays may be missing that are there; or NULL */
	char unsupported[256]; /* one sentence when this Python cannot be read; else "" */
};

/*
 * Adds the arrays to ret, owners before their views. runtime is what runtime_detect said. No CPython: 0 and
 * nothing. 0, -ENOMEM, -ESRCH, or -EACCES where memory is not ours to read.
 */
int python_scan(const struct proc *proc, const struct vma_list *vmas, const char *runtime,
		const struct python_options *options, struct array_list *ret,
		struct python_report *report);

/* The same from memory that the caller has opened. */
int python_scan_memory(struct memsrc *memsrc, const struct proc *proc, const struct vma_list *vmas,
		       const char *runtime, const struct python_options *options,
		       struct array_list *ret, struct python_report *report);

#endif
