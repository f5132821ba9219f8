/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which arrays share their first or last page with other arrays.
 */
#ifndef MODEL_NEIGHBOURS_H
#define MODEL_NEIGHBOURS_H

#include "model/rows/snapshot.h"

/*
 * Sets neighbours of each of process->arrays: the other arrays that own their memory (views do
 * not) and have bytes in front of it on its first page, or behind it on its last (around it: both). 0 or -ENOMEM.
 */
int neighbours_count(struct process_snapshot *process, uint64_t page_bytes);

#endif
