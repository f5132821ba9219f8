/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The expectations on a command line. */
#ifndef COMMANDS_EXPECTATIONS_H
#define COMMANDS_EXPECTATIONS_H

#include "commands/options.h"
#include "model/expect/checks.h"

/*
 * Adds those of -e and -f to checks, in order; reads the files. -1, or the exit status to end with,
 * after a message with a caret below the column.
 */
int expectations__read(const struct options *options, struct checks *checks);

#endif
