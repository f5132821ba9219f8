/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Records why a requested symbol has no row. */
#ifndef ARRAYS_SYMBOL_MISS_H
#define ARRAYS_SYMBOL_MISS_H

#include "facts/symbol.h"

/* Adds a miss of symbols->specs[spec], with its reason. 0 or -ENOMEM. */
int symbol_miss(struct symbol_miss_list *misses, const struct symbol_list *symbols, size_t spec,
		const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Appends copies of all of them. 0 or -ENOMEM. */
int symbol_misses_copy(struct symbol_miss_list *ret, const struct symbol_miss_list *misses);

#endif
