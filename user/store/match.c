/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "store/match.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

struct keyed_item {
	uint64_t key;
	size_t index;
};

static int by_key(const void *left, const void *right)
{
	const struct keyed_item *a = left, *b = right;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

static const void *item_of(const struct shared_kind *kind, const struct match_list *list, size_t i)
{
	return (const char *)list->items + i * kind->item_bytes;
}

/* NULL: no memory. */
static struct keyed_item *sort_items(const struct shared_kind *kind, const struct match_list *list)
{
	struct keyed_item *keyed = calloc(list->count + 1, sizeof(*keyed));
	bool sorted = true;
	size_t i;

	for (i = 0; keyed && i < list->count; i++) {
		keyed[i] = (struct keyed_item){ kind->key(item_of(kind, list, i)), i };
		sorted &= !i || keyed[i - 1].key <= keyed[i].key;
	}
	if (keyed && !sorted)
		array_sort(keyed, list->count, sizeof(*keyed), by_key);
	return keyed;
}

static bool is_equal(const struct shared_kind *kind, const void *left, const void *right)
{
	return kind->equal ? kind->equal(left, right) : !memcmp(left, right, kind->item_bytes);
}

int match_items(const struct shared_kind *kind, const struct match_list *before,
		const struct match_list *now)
{
	struct keyed_item *olds = sort_items(kind, before), *news = sort_items(kind, now);
	size_t old = 0, new;
	int err;

	memset(now->ids, 0, now->count * sizeof(*now->ids));
	for (new = 0; olds &&news &&new < now->count; new ++) {
		size_t to = news[new].index, from;

		while (old < before->count && olds[old].key < news[new].key)
			old++;
		if (old == before->count)
			break;
		from = olds[old].index;
		if (olds[old].key != news[new].key ||
		    !is_equal(kind, item_of(kind, before, from), item_of(kind, now, to)))
			continue;
		now->ids[to] = before->ids[from];
		before->ids[from] = 0;
		old++;
	}
	err = olds && news ? 0 : -ENOMEM;
	free(news);
	free(olds);
	return err;
}
