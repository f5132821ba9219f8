/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A map from addresses to values, as sorted, disjoint, half-open intervals.
 *
 * Intervals that touch and have the same value are one. A set of addresses is such a map with
 * one value. Ranges that are empty (start >= end) change nothing. Functions that return int give
 * 0 or -ENOMEM, and then have changed nothing.
 */
#ifndef BASE_INTERVALS_H
#define BASE_INTERVALS_H

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

/* Index of the first interval with end > address; count when there is none. */
size_t intervals__first(const struct intervals *map, uint64_t address);

/* The interval that holds the address, or NULL. */
const struct interval *intervals__at(const struct intervals *map, uint64_t address);

/* [start, end) has this value, whatever it had before. */
int intervals__set(struct intervals *map, uint64_t start, uint64_t end, uint64_t value);

/* [start, end) has none. */
int intervals__cut(struct intervals *map, uint64_t start, uint64_t end);

/*
 * What [start, end) has goes to [to, to + end - start), whatever was there; the source has
 * nothing then. The two may overlap; the target must not wrap around.
 */
int intervals__move(struct intervals *map, uint64_t start, uint64_t end, uint64_t to);

/*
 * For many ranges of one value in no order: between the first append and the settle the map
 * must only be appended to. Appending in order costs no more than setting.
 */
int intervals__append(struct intervals *map, uint64_t start, uint64_t end, uint64_t value);
void intervals__settle(struct intervals *map);

/* How many bytes of [start, end) have a value. */
uint64_t intervals__bytes(const struct intervals *map, uint64_t start, uint64_t end);

#endif
