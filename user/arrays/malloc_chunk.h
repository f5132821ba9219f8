/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * How long a block of glibc's malloc is, by the header in front of it.
 */
#ifndef ARRAYS_MALLOC_CHUNK_H
#define ARRAYS_MALLOC_CHUNK_H

#include "collect/memory/memsrc.h"
#include "facts/vma.h"

/*
 * The usable bytes of the block at address (of a 64-bit process; what was asked for, rounded up). 0
 * and *ret; -EINVAL: no block of malloc's begins here; -ESTALE: one does, but it was freed; -EFAULT:
 * what would tell is not in memory; -ESRCH or another -errno.
 */
int malloc_chunk_bytes(struct memsrc *memsrc, const struct vma_list *vmas, uint64_t page_bytes,
		       uint64_t address, uint64_t *ret);

#endif
