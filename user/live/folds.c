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

static int compare_keys(const void *left, const void *right)
{
	return item_key_compare(left, right);
}

static struct item_key *find_key(const struct folds *folds, const struct item_key *key)
{
	return array_find(key, folds->keys, folds->count, sizeof(*key), compare_keys);
}

bool folds__changed(const struct folds *folds, const struct item_key *key)
{
	return find_key(folds, key);
}

static int add_key(struct folds *folds, const struct item_key *key)
{
	int err = array_reserve((void **)&folds->keys, &folds->capacity, folds->count + 1,
				sizeof(*folds->keys));

	if (err)
		return err;
	folds->keys[folds->count++] = *key;
	array_sort(folds->keys, folds->count, sizeof(*folds->keys), compare_keys);
	return 0;
}

int folds__toggle(struct folds *folds, const struct item_key *key)
{
	struct item_key *found = find_key(folds, key);

	if (!found)
		return add_key(folds, key);
	folds->count--;
	memmove(found, found + 1, (size_t)(folds->keys + folds->count - found) * sizeof(*found));
	return 0;
}
