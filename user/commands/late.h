/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A command that did not stop before its end may have freed its arrays: then a sentence says so. */
#ifndef COMMANDS_LATE_H
#define COMMANDS_LATE_H

#include <stdbool.h>

#include "model/moment.h"

/*
 * why: see engine__why_late(); NULL: says nothing. Puts it before other reasons, in each process
 * with missing names, or (everywhere) in all. 0 or -ENOMEM.
 */
int late_tell(struct moment *moment, const char *why, bool everywhere);

#endif
