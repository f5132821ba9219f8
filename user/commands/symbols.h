/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Requested symbols that were not found: reported once, and part of the exit status. */
#ifndef COMMANDS_SYMBOLS_H
#define COMMANDS_SYMBOLS_H

#include "facts/symbol.h"
#include "model/moment.h"

struct symbols_seen { /* all zero at first */
	bool *found;  /* in any process of any report so far */
	bool *told;
};

/*
 * Processes a report: a symbol that none of its processes has is reported on stderr, once. 0 or
 * -ENOMEM.
 */
int symbols_seen__note(struct symbols_seen *seen, const struct symbol_list *symbols,
		       const struct moment *moment);

/* Whether each symbol was found at least once. */
bool symbols_seen__all(const struct symbols_seen *seen, const struct symbol_list *symbols);
void symbols_seen__deinit(struct symbols_seen *seen);

#endif
