/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which arrays share their first or last page with other arrays.
 */
#ifndef MODEL_NEIGHBOURS_H
#define MODEL_NEIGHBOURS_H

#include "model/rows/snapshot.h"

/*
 * Sets neighbours of each of process->arrays: the number of other arrays that own their memory and
 * have bytes before it on its first page, or after it on its last page (around it: both). 0 or
 * -ENOMEM.
 */
int neighbours_count(struct process_snapshot *process, uint64_t page_bytes);

#endif
