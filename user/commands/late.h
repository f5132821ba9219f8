/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A command that did not stop before its end may have given its arrays back: then that is said. */
#ifndef COMMANDS_LATE_H
#define COMMANDS_LATE_H

#include <stdbool.h>

#include "model/moment.h"

/*
 * why: see engine__why_late(); NULL: nothing is said. Before any other reason, in each process
 * where names are missing, or (everywhere) in all.
 */
void late_tell(struct moment *moment, const char *why, bool everywhere);

#endif
