/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Checkpoints of a command that we have started, over the socket in PAGEWATCH_FD. */
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

/* -1 once all that had the other end are gone. */
int checkpoints__fd(const struct checkpoints *checkpoints);

/* In the command before its exec: the socket outlives it, its number is in the environment. */
int checkpoints__inherit(const struct checkpoints *checkpoints);
/* In us, once the command has its end. */
void checkpoints__inherited(struct checkpoints *checkpoints);

/* Takes one packet, where none is pending. What is not to be understood is let go. 0 or -errno. */
int checkpoints__read(struct checkpoints *checkpoints);

/* The name of the one that is pending (untrusted, valid until the answer), or NULL. */
const char *checkpoints__pending(const struct checkpoints *checkpoints, pid_t *pid);
/* What the process has marked by then; the list is the caller's from now on. */
struct array_list checkpoints__take_marks(struct checkpoints *checkpoints);

/* The process goes on; it hears whether a snapshot was taken. */
void checkpoints__answer(struct checkpoints *checkpoints, bool taken);

#endif
