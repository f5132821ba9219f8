/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which items of a list were in the list of the moment before. */
#ifndef STORE_MATCH_H
#define STORE_MATCH_H

#include <stdint.h>

#include "model/moment_kinds.h"

struct match_list {
	const void *items; /* as a moment has them: packed */
	size_t count;
	int64_t *ids; /* of their rows */
};

/*
 * Gives the items of `now` the ids of equal items in `before`, and 0 to the others. The ids in
 * `before` that found no item stay, those that did become 0. 0 or -ENOMEM.
 */
int match_items(const struct shared_kind *kind, const struct match_list *before,
		const struct match_list *now);

#endif
