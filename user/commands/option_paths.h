/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* No two files of one command line are the same one: the later would replace the earlier. */
#ifndef COMMANDS_OPTION_PATHS_H
#define COMMANDS_OPTION_PATHS_H

#include "commands/options.h"

/* After parsing. -1 to go on, or the exit status. */
int option_paths__check(const struct options *options, enum option_set command);

#endif
