/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Lays the states of both moments over each other. */
#include "model/diff/change.h"

#include <errno.h>

#include "model/index/array_pages.h"

/* What a change can tell apart. Absent pages have no value in a map. */
enum kind { KIND_SMALL = 1, KIND_HUGE, KIND_ZERO, KIND_SWAPPED, KIND_ABSENT };

static const struct {
	const char *key, *words;
} names[CHANGES] = {
	[CHANGE_RESIDENT] = { "became_resident", "became resident" },
	[CHANGE_HUGE] = { "became_huge", "became huge" },
	[CHANGE_SPLIT] = { "split", "split into small pages" },
	[CHANGE_ZERO] = { "became_zero", "became zero pages" },
	[CHANGE_SWAPPED] = { "swapped_out", "was swapped out" },
	[CHANGE_LEFT] = { "left", "left memory" },
};

const char *change_key(enum change change)
{
	return names[change].key;
}

const char *change_words(enum change change)
{
	return names[change].words;
}

static enum kind kind_of(enum page_state state, bool huge_known)
{
	switch (state) {
	case PAGE_ZERO:
	case PAGE_ZERO_HUGE:
		return KIND_ZERO;
	case PAGE_ANON_HUGE:
		return huge_known ? KIND_HUGE : KIND_SMALL;
	case PAGE_SWAPPED:
		return KIND_SWAPPED;
	default:
		return page_state_resident(state) ? KIND_SMALL : KIND_ABSENT;
	}
}

static bool is_resident(enum kind kind)
{
	return kind == KIND_SMALL || kind == KIND_HUGE;
}

/* CHANGES: none. */
static enum change change_of(enum kind was, enum kind is)
{
	if (was == is)
		return CHANGES;
	switch (is) {
	case KIND_SMALL:
		return was == KIND_HUGE ? CHANGE_SPLIT : CHANGE_RESIDENT;
	case KIND_HUGE:
		return CHANGE_HUGE;
	case KIND_ZERO:
		return CHANGE_ZERO;
	case KIND_SWAPPED:
		return CHANGE_SWAPPED;
	default:
		return CHANGE_LEFT;
	}
}

void array_change__deinit(struct array_change *change)
{
	int i;

	for (i = 0; i < CHANGES; i++)
		intervals__deinit(&change->ranges[i]);
}

uint64_t array_change__bytes(const struct array_change *change)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < CHANGES; i++)
		sum += change->bytes[i];
	return sum;
}

/* The kinds of one piece of the array, at addresses that are higher by `shift` (it may wrap). */
static int add_kinds(const struct change_side *side, bool huge_known, uint64_t start, uint64_t end,
		     uint64_t shift, struct intervals *ret)
{
	size_t at = page_runs__lower_bound(side->runs, start);
	struct page_run part;
	int err = 0;

	while (!err && page_runs__part(side->runs, &at, start, end, &part)) {
		enum kind kind = kind_of(part.state, huge_known);

		if (kind != KIND_ABSENT)
			err = intervals__set(ret, part.start + shift, part.end + shift, kind);
	}
	return err;
}

/* Only pages that its elements touch: what lies between them is not the array's. */
static int kinds_of(const struct change_side *side, bool huge_known, uint64_t to,
		    struct intervals *ret)
{
	const struct array_desc *array = side->array;
	struct intervals pages = { 0 };
	size_t i;
	int err;

	if (!array)
		return 0;
	err = array_pages(array, side->page_bytes, &pages);
	if (err == -E2BIG) {
		intervals__deinit(&pages);
		err = intervals__set(&pages, array->start, array->end, 0);
	}
	for (i = 0; !err && i < pages.count; i++) {
		uint64_t start = pages.items[i].start, end = pages.items[i].end;

		if (start < array->start)
			start = array->start;
		if (end > array->end)
			end = array->end;
		err = add_kinds(side, huge_known, start, end, to - array->start, ret);
	}
	intervals__deinit(&pages);
	return err;
}

/* The kind at an address; *stop is lowered to where it ends. *at only grows. */
static enum kind kind_at(const struct intervals *kinds, size_t *at, uint64_t address,
			 uint64_t *stop)
{
	const struct interval *item;

	while (*at < kinds->count && kinds->items[*at].end <= address)
		++*at;
	if (*at == kinds->count)
		return KIND_ABSENT;
	item = &kinds->items[*at];
	if (item->start > address) {
		if (item->start < *stop)
			*stop = item->start;
		return KIND_ABSENT;
	}
	if (item->end < *stop)
		*stop = item->end;
	return (enum kind)item->value;
}

static int note_bytes(struct array_change *ret, enum kind was, enum kind is, uint64_t start,
		      uint64_t end)
{
	enum change change = change_of(was, is);
	uint64_t bytes = end - start;

	ret->resident[0] += is_resident(was) ? bytes : 0;
	ret->resident[1] += is_resident(is) ? bytes : 0;
	ret->gained += !is_resident(was) && is_resident(is) ? bytes : 0;
	ret->lost += is_resident(was) && !is_resident(is) ? bytes : 0;
	if (change == CHANGES)
		return 0;
	ret->bytes[change] += bytes;
	return intervals__set(&ret->ranges[change], start, end, 0);
}

int array_change__fill(const struct change_side *before, const struct change_side *after,
		       struct array_change *ret)
{
	const struct array_desc *base = after->array ? after->array : before->array;
	struct intervals was = { 0 }, is = { 0 };
	uint64_t address = base->start, stop;
	size_t was_at = 0, is_at = 0;
	int err;

	ret->huge_known = before->huge_known && after->huge_known;
	err = kinds_of(before, ret->huge_known, base->start, &was);
	if (!err)
		err = kinds_of(after, ret->huge_known, base->start, &is);
	for (; !err && address < base->end; address = stop) {
		enum kind old, new;

		stop = base->end;
		old = kind_at(&was, &was_at, address, &stop);
		new = kind_at(&is, &is_at, address, &stop);
		err = note_bytes(ret, old, new, address, stop);
	}
	intervals__deinit(&was);
	intervals__deinit(&is);
	return err;
}
