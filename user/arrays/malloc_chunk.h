/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The length of a glibc malloc block, from the header in front of it. */
#ifndef ARRAYS_MALLOC_CHUNK_H
#define ARRAYS_MALLOC_CHUNK_H

#include "collect/memory/memsrc.h"
#include "facts/vma.h"

/*
 * The usable bytes of the block at address (of a 64-bit process; the requested size, rounded up). 0
 * and *ret; -EINVAL: no malloc block begins here; -ESTALE: one does, but it is free; -EFAULT: the
 * memory that would tell is not resident; -ESRCH or another -errno.
 */
int malloc_chunk_bytes(struct memsrc *memsrc, const struct vma_list *vmas, uint64_t page_bytes,
		       uint64_t address, uint64_t *ret);

#endif
