/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What `--help`, `--version` and `--generate` print on stdout. They return the exit status.
 */
#ifndef COMMANDS_HELP_H
#define COMMANDS_HELP_H

/*
 * commands: a set of enum option_set. A single command has its own options, otherwise all are
 * printed.
 */
int help_print(unsigned int commands);
int help_print_version(void);

/* what: man or bash; typed: the option, for a message. */
int help_generate(const char *typed, const char *what);

#endif
