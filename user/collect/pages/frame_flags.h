/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What /proc/kpageflags says about page frames; root only. */
#ifndef COLLECT_FRAME_FLAGS_H
#define COLLECT_FRAME_FLAGS_H

#include <stdint.h>

#include "collect/proc/procfs.h"

/* include/uapi/linux/kernel-page-flags.h */
#define FRAME_IS_THP (1ull << 22)
#define FRAME_IS_ZERO_PAGE (1ull << 24)

/* A descriptor for frame_flags_read, from the /proc where the process was opened, or -errno. */
int frame_flags_open(const struct proc *proc);

/* The flags of a frame, by its number. 0 or -errno. */
int frame_flags_read(int fd, uint64_t frame, uint64_t *ret);

#endif
