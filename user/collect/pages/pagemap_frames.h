/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Page frame numbers, which the kernel shows only with CAP_SYS_ADMIN (v4.2, 1c90308e7a77). */
#ifndef COLLECT_PAGEMAP_FRAMES_H
#define COLLECT_PAGEMAP_FRAMES_H

#include "collect/proc/procfs.h"
#include "facts/frame.h"

/*
 * Appends the present pages of [start, end) (bytes, page-aligned) to *list, in address order.
 * 0, -EPERM: frame numbers are hidden from us, -ESRCH, or another -errno.
 */
int pagemap_frames(const struct proc *proc, uint64_t start, uint64_t end, struct frame_list *list);

#endif
