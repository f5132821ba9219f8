/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A map from addresses to values, as sorted, disjoint, half-open intervals.
 *
 * Intervals that touch and have the same value are joined. A set of addresses is such a map with a
 * single value. Empty ranges (start >= end) change nothing. Functions that return int return 0 or
 * -ENOMEM; on -ENOMEM nothing has changed.
 */
#ifndef BASE_INTERVALS_H
#define BASE_INTERVALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct interval {
	uint64_t start;
	uint64_t end;
	uint64_t value;
};

struct intervals { /* all zero is empty */
	struct interval *items;
	size_t count;
	size_t capacity;
};

void intervals__deinit(struct intervals *map);

/* *ret is new; the caller deinits it. */
int intervals__copy(const struct intervals *map, struct intervals *ret);

/* Index of the first interval with end > address; count if there is none. */
size_t intervals__first(const struct intervals *map, uint64_t address);

/* The interval that holds the address, or NULL. */
const struct interval *intervals__at(const struct intervals *map, uint64_t address);

/*
 * The part of item *at that lies within [start, end), where *at is intervals__first of start at
 * first; the next call is for the next item. False: none is left.
 */
bool intervals__part(const struct intervals *map, size_t *at, uint64_t start, uint64_t end,
		     struct interval *ret);

/* Gives [start, end) this value, replacing what it had. */
int intervals__set(struct intervals *map, uint64_t start, uint64_t end, uint64_t value);

/* Removes all values from [start, end). */
int intervals__cut(struct intervals *map, uint64_t start, uint64_t end);

/*
 * Moves the values of [start, end) to [to, to + end - start), replacing what was there; the source
 * is empty afterwards. The two may overlap; the target must not wrap around.
 */
int intervals__move(struct intervals *map, uint64_t start, uint64_t end, uint64_t to);

/*
 * For adding many ranges with one value in any order: only append between the first append and the
 * settle. Appending in order costs no more than setting.
 */
int intervals__append(struct intervals *map, uint64_t start, uint64_t end, uint64_t value);
void intervals__settle(struct intervals *map);

/* How many bytes of [start, end) have a value. */
uint64_t intervals__bytes(const struct intervals *map, uint64_t start, uint64_t end);

#endif
