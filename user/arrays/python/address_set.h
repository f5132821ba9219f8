/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A set of addresses (never 0) that grows.
 */
#ifndef ARRAYS_PYTHON_ADDRESS_SET_H
#define ARRAYS_PYTHON_ADDRESS_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address_set {
	uint64_t *slots; /* open addressing, a power of two of them */
	size_t slot_count;
	size_t count;
};

/* 0 or -ENOMEM. */
int address_set__init(struct address_set *set);
void address_set__deinit(struct address_set *set);

/* 1: it is new; 0: it was there; -ENOMEM. */
int address_set__add(struct address_set *set, uint64_t address);
bool address_set__has(const struct address_set *set, uint64_t address);

#endif
