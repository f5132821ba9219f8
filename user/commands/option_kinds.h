/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Strict parsing of an option's value by kind. */
#ifndef COMMANDS_OPTION_KINDS_H
#define COMMANDS_OPTION_KINDS_H

#include "commands/option_table.h"

/*
 * For any kind except help, version and generate. typed: the option as it was typed; text: its
 * value, or NULL. -1 to go on, or the exit status to end with.
 */
int option_take(struct options *options, const struct option_row *row, const char *typed,
		const char *text);

/* *ret is the index of text in words, which NULL ends. */
int option_choose(const char *typed, const char *text, const char *const *words, int *ret);

#endif
