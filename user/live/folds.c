/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/folds.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

void folds__deinit(struct folds *folds)
{
	free(folds->keys);
	memset(folds, 0, sizeof(*folds));
}

/* Where the key is, or belongs. */
static size_t place_of(const struct folds *folds, const struct item_key *key)
{
	size_t low = 0, high = folds->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (item_key_compare(&folds->keys[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool folds__changed(const struct folds *folds, const struct item_key *key)
{
	size_t at = place_of(folds, key);

	return at < folds->count && item_key_same(&folds->keys[at], key);
}

int folds__toggle(struct folds *folds, const struct item_key *key)
{
	size_t at = place_of(folds, key);
	bool there = at < folds->count && item_key_same(&folds->keys[at], key);
	int err = 0;

	if (!there)
		err = array_reserve((void **)&folds->keys, &folds->capacity, folds->count + 1,
				    sizeof(*folds->keys));
	if (err)
		return err;
	memmove(&folds->keys[at + !there], &folds->keys[at + there],
		(folds->count - at - there) * sizeof(*folds->keys));
	if (!there)
		folds->keys[at] = *key;
	folds->count += there ? (size_t)-1 : 1;
	return 0;
}
