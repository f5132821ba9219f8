/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The last rows of processes that ended while others went on.
 */
#ifndef COMMANDS_FINALS_H
#define COMMANDS_FINALS_H

#include <stddef.h>
#include <stdint.h>

#include "model/snapshot.h"

struct finals { /* all zero is empty */
	struct process_snapshot *rows;
	size_t count;
	size_t capacity;
};

/* Moves the row of pid, if the snapshot has it, into finals. 0 or -ENOMEM. */
int finals__keep(struct finals *finals, struct snapshot *snapshot, uint32_t pid);

/* Moves all rows back into a snapshot, which loses the rows it had of these processes. */
int finals__merge(struct finals *finals, struct snapshot *snapshot);

void finals__deinit(struct finals *finals);

#endif
