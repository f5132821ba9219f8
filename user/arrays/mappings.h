/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What each mmap call of one address space mapped, from its events: it stays separate even if the
 * kernel merged VMAs.
 */
#ifndef ARRAYS_MAPPINGS_H
#define ARRAYS_MAPPINGS_H

#include "facts/array.h"
#include "facts/map_change.h"

struct mappings;

/* For calls of at least min_bytes, at most max ranges. NULL: no memory. */
struct mappings *mappings__new(uint64_t min_bytes, size_t max);
struct mappings *mappings__fork(const struct mappings *parent);
void mappings__free(struct mappings *mappings);

/* What calls changed in this address space. 0 or -ENOMEM. */
int mappings__change(struct mappings *mappings, const struct map_change *change);

/* Adds an array for each range. 0 or -ENOMEM. */
int mappings__arrays(struct mappings *mappings, struct array_list *list);

/* Calls for which there was no room. */
uint64_t mappings__forgotten(const struct mappings *mappings);

#endif
