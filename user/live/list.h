/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The rows of the live view: the items of a picture that are wanted, in order, not folded away. */
#ifndef LIVE_LIST_H
#define LIVE_LIST_H

#include "live/folds.h"
#include "live/picture.h"

/* The first ones as enum row_order. Largest first, but for names and addresses. */
enum list_order {
	LIST_BY_ADDRESS,
	LIST_BY_SPAN,
	LIST_BY_RESIDENT,
	LIST_BY_TOUCHED,
	LIST_BY_NAME,
	LIST_BY_CHANGE,
	LIST_BY_TOUCH_RATE,
	LIST_ORDERS,
};

struct list_row {
	size_t item;
	uint32_t depth;
	bool holds; /* other items, which a fold hides */
	bool open;
};

struct list {
	struct list_row *rows; /* owned */
	size_t count;
	uint64_t hidden; /* items that the filter leaves out */
};

struct list_view {
	enum list_order order;
	bool reversed;
	bool flat;	    /* arrays and mappings alone, side by side */
	bool all_open;	    /* as if nothing was folded */
	const char *filter; /* "": none; with * or ? a pattern for all of the name, else a part of
			     * it in any case */
	const struct folds *folds;
};

/* Whether a name is one that the text of a filter or a search means. "" means every one. */
bool list_matches(const char *text, const char *name);

/* The same of an item, by its name, another name of an array, or the path of a mapping. */
bool list_means(const char *text, const struct item *item);

/* *ret is new, and the caller's to deinit, also on failure. 0 or -ENOMEM. */
int list__init(struct list *ret, const struct picture *picture, const struct list_view *view);
void list__deinit(struct list *list);

/* The row of an item, or list->count. */
size_t list__row_of(const struct list *list, const struct picture *picture,
		    const struct item_key *key);

#endif
