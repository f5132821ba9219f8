/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Lists that do not change. A new list is whole: one block. Where several that are nearly alike are
 * kept, each is cut into pieces (base/counted.h), and equal pieces are one. Where it is cut follows
 * from the keys of its items and nothing else: an item more, less or other changes its own piece,
 * and leaves those behind it as they are.
 */
#ifndef BASE_SHARED_LIST_H
#define BASE_SHARED_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shared_kind {
	size_t item_bytes; /* a multiple of 8 */
	/* The same as long as it is the same thing, whatever becomes of it. */
	uint64_t (*key)(const void *item);
	/* Of items that were packed. NULL: all their bytes are equal. */
	bool (*equal)(const void *left, const void *right);
	/* What an item points to is kept with it: so many bytes. NULL: it points to nothing. */
	size_t (*outside_bytes)(const void *item);
	/*
	 * Copies what an item points to to outside (aligned to 8), has the item point to the copy,
	 * and clears bytes of the item that have no meaning. NULL: nothing of that.
	 */
	void (*pack)(void *item, char *outside);
};

struct shared_list; /* counted; NULL is an empty one */

/* A list of copies of the items, with one holder (counted__drop). NULL: no memory. */
const struct shared_list *shared_list__new(const struct shared_kind *kind, const void *items,
					   size_t count);

/*
 * *list becomes one that is equal to it, in pieces, of which those that are equal in `before` are
 * taken from there; if all are, it is `before`. Its holder holds the new one instead. Both lists are
 * of this kind; before: one that was shared, or NULL. 0 or -ENOMEM, and then *list is what it was.
 */
int shared_list__share(const struct shared_kind *kind, const struct shared_list **list,
		       const struct shared_list *before);

size_t shared_list__count(const struct shared_list *list);

/* Its items, as long as it lives; NULL if it is in several pieces. */
const void *shared_list__whole(const struct shared_list *list);

/*
 * Its items one behind the other, the caller's to free; what they point to lives as long as the
 * list. NULL: no memory.
 */
void *shared_list__copy(const struct shared_list *list, size_t item_bytes);

/* The list and all its pieces. */
uint64_t shared_list__bytes(const struct shared_list *list);

/* In a sum of lists: the bytes that only this one brings into it, or takes out of it. */
uint64_t shared_list__charge(const struct shared_list *list);
uint64_t shared_list__discharge(const struct shared_list *list);

#endif
