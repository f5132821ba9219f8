/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What mapping calls did to an address space, as a sequence of changes: each has happened when the
 * next one comes. Ranges are bytes, half-open, page-aligned.
 */
#ifndef FACTS_MAP_CHANGE_H
#define FACTS_MAP_CHANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/map_event.h"
#include "facts/touch.h"

enum map_change_type {
	/*
	 * The lives of [start, end) are over. An empty range carries bits of a life of which
	 * nothing else is known.
	 */
	MAP_CHANGE_ENDED,
	MAP_CHANGE_BEGAN, /* [start, end) was mapped */
	/* [start, end) is now at `to`. If that is the same place, nothing happened after all. */
	MAP_CHANGE_MOVED,
	MAP_CHANGE_DOUBTFUL, /* which pages of [start, end) were dropped is unknown */
};

/*
 * Between entry and exit of a call that moves memory, another thread may get the old place. Then
 * the memory is first moved aside, to addresses that no process has, and from there to its new
 * place.
 */
#define MAP_CHANGE_ASIDE (1ull << 63)
#define MAP_CHANGE_ASIDES 64u	   /* such places: for as many calls at a time */
#define MAP_CHANGE_ASIDE_SHIFT 57u /* each above all addresses of a process */

struct map_change {
	enum map_change_type type;
	enum map_op how;
	uint64_t start;
	uint64_t end;
	uint64_t to;	  /* MOVED */
	uint64_t time_ns; /* CLOCK_MONOTONIC; BEGAN: of the call's entry, if that is known */
	uint32_t tid;
	bool resizes; /* ENDED, BEGAN by mremap: at the end of a range that it keeps */
	bool stays;   /* MOVED: the old mapping stays, without its pages */
	bool unsure;  /* DOUBTFUL: its pages may also be elsewhere */
	const struct touch_chunk *bits; /* closed in the range, sorted by start; borrowed */
	size_t bit_count;
};

#endif
