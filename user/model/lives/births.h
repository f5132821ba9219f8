/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * When each mapping was born: sorted, disjoint ranges with the time of the
 * call that made them.
 */
#ifndef MODEL_BIRTHS_H
#define MODEL_BIRTHS_H

#include <stddef.h>
#include <stdint.h>

struct birth {
	uint64_t start;
	uint64_t end;
	uint64_t created_ns; /* CLOCK_MONOTONIC */
};

struct births { /* all zero is empty */
	struct birth *births;
	size_t count;
	size_t capacity;
};

void births__deinit(struct births *births);
int births__copy(const struct births *births, struct births *ret);

/* [start, end) begins at created_ns, whatever was known of it. 0 or -ENOMEM. */
int births__set(struct births *births, uint64_t start, uint64_t end, uint64_t created_ns);

/* Nothing is known of [start, end) any more. */
int births__forget(struct births *births, uint64_t start, uint64_t end);

/* [start, end) moves to `to`. */
int births__move(struct births *births, uint64_t start, uint64_t end, uint64_t to);

/* The birth of the mapping that covers all of [start, end); 0 if not one, or not known. */
uint64_t births__of(const struct births *births, uint64_t start, uint64_t end);

#endif
