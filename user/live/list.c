/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/list.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/wildcard.h"

/* Of the items of one parent the first stands at first[parent + 1]; NO_ITEM's at first[0]. */
struct lister {
	const struct picture *picture;
	const struct list_view *view;
	struct list *list;
	bool *wanted;  /* of each item */
	size_t *order; /* the wanted ones, by parent and order */
	size_t count;  /* of these */
	size_t *first; /* of each parent; one more ends the last */
};

static bool part_of(const char *text, const char *name)
{
	size_t length = strlen(text);

	for (; *name; name++) {
		if (!strncasecmp(text, name, length))
			return true;
	}
	return !length;
}

bool list_matches(const char *text, const char *name)
{
	return strpbrk(text, "*?") ? wildcard_match(text, name) : part_of(text, name);
}

bool list_means(const char *text, const struct item *item)
{
	size_t i;

	if (list_matches(text, item->name))
		return true;
	for (i = 0; item->array && i < item->array->desc.alias_count; i++) {
		if (list_matches(text, item->array->desc.aliases[i]))
			return true;
	}
	return item->region && list_matches(text, item->region->vma.path);
}

static bool is_leaf(const struct item *item)
{
	return item->key.kind == ITEM_ARRAY || item->key.kind == ITEM_REGION;
}

static size_t parent_of(const struct lister *lister, size_t index)
{
	size_t parent = lister->picture->items[index].parent;

	return lister->view->flat || parent == NO_ITEM ? 0 : parent + 1;
}

/* What is wanted, and what holds something that is. Parents stand before what they hold. */
static void choose_items(struct lister *lister)
{
	const struct picture *picture = lister->picture;
	bool flat = lister->view->flat, all = !*lister->view->filter;
	size_t i;

	for (i = picture->count; i-- > 0;) {
		const struct item *item = &picture->items[i];

		if (is_leaf(item) && !all && !list_means(lister->view->filter, item))
			lister->list->hidden++;
		else if (is_leaf(item) || (all && !flat))
			lister->wanted[i] = true;
		if (lister->wanted[i] && !flat && item->parent != NO_ITEM)
			lister->wanted[item->parent] = true;
	}
}

static uint64_t size_of(const struct item *item, enum list_order order)
{
	switch (order) {
	case LIST_BY_SPAN:
		return item->span;
	case LIST_BY_RESIDENT:
		return item->resident;
	case LIST_BY_TOUCHED:
		return item->touched;
	case LIST_BY_CHANGE:
		return (uint64_t)item->change + (1ull << 63);
	case LIST_BY_TOUCH_RATE:
		return item->touch_rate;
	default:
		return 0;
	}
}

static int by_place(const struct item *a, const struct item *b)
{
	if (a->key.pid != b->key.pid)
		return a->key.pid < b->key.pid ? -1 : 1;
	return (a->start > b->start) - (a->start < b->start);
}

static int by_order(const struct item *a, const struct item *b, const struct list_view *view)
{
	int way = view->reversed ? -1 : 1;
	int names = view->order == LIST_BY_NAME ? strcmp(a->name, b->name) : 0;
	uint64_t left = size_of(a, view->order), right = size_of(b, view->order);

	if (names)
		return way * names;
	if (left != right)
		return left > right ? -way : way;
	return way * by_place(a, b);
}

/* Groups stand in their own order, and in front of processes. */
static int compare_items(const void *left, const void *right, void *ctx)
{
	const struct lister *lister = ctx;
	size_t x = *(const size_t *)left, y = *(const size_t *)right;
	const struct item *a = &lister->picture->items[x], *b = &lister->picture->items[y];
	int order;

	if (parent_of(lister, x) != parent_of(lister, y))
		return parent_of(lister, x) < parent_of(lister, y) ? -1 : 1;
	if (a->key.kind != b->key.kind && (!is_leaf(a) || !is_leaf(b)))
		return a->key.kind < b->key.kind ? -1 : 1;
	order = a->key.kind == ITEM_GROUP ? (int)a->group - (int)b->group
					  : by_order(a, b, lister->view);
	return order ? order : (x > y) - (x < y);
}

static void sort_items(struct lister *lister)
{
	size_t parents = lister->picture->count + 1, i, next = 0;

	for (i = 0; i < lister->picture->count; i++) {
		if (lister->wanted[i])
			lister->order[lister->count++] = i;
	}
	qsort_r(lister->order, lister->count, sizeof(*lister->order), compare_items, lister);
	for (i = 0; i <= parents; i++) {
		while (next < lister->count && parent_of(lister, lister->order[next]) < i)
			next++;
		lister->first[i] = next;
	}
}

/* Of one process its first groups are open, unless it has arrays: then these are. */
static bool open_by_itself(const struct lister *lister, size_t index)
{
	const struct item *item = &lister->picture->items[index];

	switch (item->key.kind) {
	case ITEM_PROCESS:
		return item->parent == NO_ITEM;
	case ITEM_GROUP:
		return item->group == GROUP_ARRAYS ||
		       (!item->process->array_count && item->group < GROUP_FILES);
	default:
		return true;
	}
}

static bool is_open(const struct lister *lister, size_t index)
{
	const struct list_view *view = lister->view;

	if (view->all_open)
		return true;
	return (open_by_itself(lister, index) || *view->filter) !=
	       folds__changed(view->folds, &lister->picture->items[index].key);
}

/* A group of one mapping is shown as that. */
static size_t shown_as(const struct lister *lister, size_t index)
{
	const struct item *item = &lister->picture->items[index];

	if (item->key.kind != ITEM_GROUP || item->group == GROUP_ARRAYS ||
	    lister->first[index + 2] - lister->first[index + 1] != 1)
		return index;
	return lister->order[lister->first[index + 1]];
}

/* Parents and what they hold, from the top; the stack has what is left of each level. */
static int list_rows(struct lister *lister)
{
	struct list *list = lister->list;
	struct level {
		size_t next, end;
	} *stack = calloc(lister->picture->count + 2, sizeof(*stack));
	uint32_t depth = 0;

	if (!stack)
		return -ENOMEM;
	stack[0] = (struct level){ lister->first[0], lister->first[1] };
	for (;;) {
		struct list_row *row;
		size_t item;

		while (stack[depth].next == stack[depth].end && depth)
			depth--;
		if (stack[depth].next == stack[depth].end)
			break;
		item = shown_as(lister, lister->order[stack[depth].next++]);
		row = &list->rows[list->count++];
		*row = (struct list_row){ .item = item, .depth = depth };
		row->holds = !lister->view->flat &&
			     lister->first[item + 1] < lister->first[item + 2];
		row->open = row->holds && is_open(lister, item);
		if (row->open)
			stack[++depth] =
				(struct level){ lister->first[item + 1], lister->first[item + 2] };
	}
	free(stack);
	return 0;
}

int list__init(struct list *ret, const struct picture *picture, const struct list_view *view)
{
	struct lister lister = { .picture = picture, .view = view, .list = ret };
	int err = 0;

	*ret = (struct list){ .rows = calloc(picture->count + 1, sizeof(*ret->rows)) };
	lister.wanted = calloc(picture->count + 1, sizeof(*lister.wanted));
	lister.order = calloc(picture->count + 1, sizeof(*lister.order));
	lister.first = calloc(picture->count + 2, sizeof(*lister.first));
	if (!ret->rows || !lister.wanted || !lister.order || !lister.first)
		err = -ENOMEM;
	if (!err) {
		choose_items(&lister);
		sort_items(&lister);
		err = list_rows(&lister);
	}
	free(lister.wanted);
	free(lister.order);
	free(lister.first);
	return err;
}

void list__deinit(struct list *list)
{
	free(list->rows);
	memset(list, 0, sizeof(*list));
}

size_t list__row_of(const struct list *list, const struct picture *picture,
		    const struct item_key *key)
{
	size_t item = picture__find(picture, key), i;

	for (i = 0; item != NO_ITEM && i < list->count; i++) {
		if (list->rows[i].item == item)
			return i;
	}
	return list->count;
}
