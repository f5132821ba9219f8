/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#ifndef COLLECT_CAPABILITY_TRIAL_H
#define COLLECT_CAPABILITY_TRIAL_H

#include <stdint.h>

/*
 * Which capabilities give another user than root the same as root has: touches, a uprobe, and the
 * memory of a process of ours. Each set is tried by a child process that has no other. 0: none of
 * the sets suffices, or we may not try.
 */
uint64_t capability_trial(void);

#endif
