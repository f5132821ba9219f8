/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* How a symbol is specified: [*][BINARY:]NAME, and for a pointer [=LEN]. */
#ifndef COMMANDS_SYMBOL_SPEC_H
#define COMMANDS_SYMBOL_SPEC_H

#include "facts/symbol.h"

/* typed: the option, for messages. -1, or the exit status to end with. */
int symbol_spec__add(struct symbol_list *list, const char *typed, const char *text);

#endif
