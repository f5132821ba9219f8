/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Checkpoints of a command that we started, over the socket in PAGEWATCH_FD. */
#ifndef CONTROL_CHECKPOINTS_H
#define CONTROL_CHECKPOINTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "facts/array.h"

struct checkpoints;

/* Makes the socket. 0 or -errno. */
int checkpoints__new(struct checkpoints **ret);
/* Whoever waits goes on. */
void checkpoints__free(struct checkpoints *checkpoints);

/* -1 once all processes with the other end are gone. */
int checkpoints__fd(const struct checkpoints *checkpoints);

/*
 * In the command before its exec: keeps the socket open across it and puts its number into the
 * environment.
 */
int checkpoints__inherit(const struct checkpoints *checkpoints);
/* In pagewatch, once the command has its end. */
void checkpoints__inherited(struct checkpoints *checkpoints);

/* Reads one packet if none is pending. An invalid one is answered by closing. 0 or -errno. */
int checkpoints__read(struct checkpoints *checkpoints);

/* The name of the pending checkpoint (untrusted, valid until the answer), or NULL. */
const char *checkpoints__pending(const struct checkpoints *checkpoints, pid_t *pid);
/* The marks of the process at that time; the caller owns the list. */
struct array_list checkpoints__take_marks(struct checkpoints *checkpoints);

/* The process goes on, and learns whether a snapshot was taken. */
void checkpoints__answer(struct checkpoints *checkpoints, bool taken);

#endif
