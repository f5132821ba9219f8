/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Why a process cannot be read. */
#ifndef COLLECT_PROC_KIND_H
#define COLLECT_PROC_KIND_H

#include <stdint.h>

#include "collect/proc/procfs.h"

enum proc_kind {
	PROC_IS_READABLE,
	PROC_IS_GONE,	       /* or hidden from us (hidepid) */
	PROC_IS_KERNEL_THREAD, /* it has no memory of its own */
	PROC_IS_ZOMBIE,	       /* it has ended, and its parent has not waited for it */
	PROC_IS_FOREIGN,       /* another user's: *owner */
	PROC_IS_PROTECTED,     /* of our user, but not dumpable, or a policy forbids it */
};

/* pid may be a thread's. Reads no memory; only asks whether it could be read. */
enum proc_kind proc_kind_of(struct procfs *procfs, uint32_t pid, uint32_t *owner);

#endif
