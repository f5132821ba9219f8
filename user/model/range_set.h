/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A set of addresses as sorted, disjoint, joined half-open ranges of bytes.
 */
#ifndef MODEL_RANGE_SET_H
#define MODEL_RANGE_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct range {
	uint64_t start;
	uint64_t end;
};

struct range_set { /* all zero is the empty set */
	struct range *ranges;
	size_t count;
	size_t capacity;
};

void range_set__deinit(struct range_set *set);
int range_set__add(struct range_set *set, uint64_t start, uint64_t end);

/*
 * For many ranges in no order: between the first append and the settle the set must only be
 * appended to. Appending in order costs nothing more than adding. 0 or -ENOMEM.
 */
int range_set__append(struct range_set *set, uint64_t start, uint64_t end);
void range_set__settle(struct range_set *set);

int range_set__subtract(struct range_set *set, uint64_t start, uint64_t end);

/* What of [start, end) is in the set, moved by to - start, joins the set; the rest of
 * [to, to + end - start) leaves it. The source leaves it too. 0 or -ENOMEM. */
int range_set__move(struct range_set *set, uint64_t start, uint64_t end, uint64_t to);

/* Bytes of [start, end) in the set. */
uint64_t range_set__bytes(const struct range_set *set, uint64_t start, uint64_t end);

/* Index of the first range with end > address; count when there is none. */
size_t range_set__lower_bound(const struct range_set *set, uint64_t address);

#endif
