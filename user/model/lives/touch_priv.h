/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the files of touch share.
 */
#ifndef MODEL_TOUCH_PRIV_H
#define MODEL_TOUCH_PRIV_H

#include "model/lives/chunk_bits.h"
#include "model/lives/replay.h"
#include "model/lives/scan_window.h"
#include "model/lives/touch.h"

#define TOUCH_RETIRED_MAX 1000u

/*
 * Bits taken by calls that then failed: some of the pages may have been dropped. Unsettled until
 * the next scan. One set for all such calls, because a program may fail as often as it likes.
 */
struct doubt {
	struct chunk_bits bits;
	uint64_t start; /* range of the calls */
	uint64_t end;
	uint64_t failed_ns; /* of the last call */
	const char *how;    /* a literal */
};

/* Pages of a file that were dropped, with unknown mappings. */
struct hole {
	struct map_hole file;
	uint64_t time_ns;
};

#define TOUCH_HOLES_MAX 64u

/* The most pages that were touched at one time, in pages. */
struct touch_peak {
	uint64_t pages;
	uint64_t at_most;  /* with pages whose life may have ended before */
	uint64_t in_calls; /* the most that was counted since a call has been pending */
	bool twice;	   /* a page may have been counted in the kernel's table and in ours */
};

struct touch {
	uint64_t page_bytes;
	uint64_t pmd_bytes;
	bool tells_writes;
	bool expects_baseline;
	struct intervals before;
	struct intervals ended_early; /* ended or begun before the expected baseline */
	struct intervals huge_seen;
	struct intervals huge_maybe;
	struct intervals births;   /* mappings made since the attach, with the time of the call */
	struct chunk_bits overlay; /* moved here by mremap */
	struct chunk_bits last;	   /* of an address space that has ended */
	struct replay replay;	   /* pending calls */
	touch_hear *hear;	   /* called after us for each change; NULL: nobody */
	void *hear_ctx;
	struct doubt doubt;
	struct touch_peak peak;
	struct hole holes[TOUCH_HOLES_MAX]; /* since the last scan */
	size_t hole_count;
	uint64_t unsure; /* pages that a call may have moved, not reported yet */
	struct scan_window window;
	struct retired *retired;
	size_t retired_count;
	size_t retired_capacity;
};

/* touch_change.c: 0 or -ENOMEM. */
int touch_change(struct touch *touch, const struct map_change *change);

/*
 * The bits of the chunk that no call has taken: the kernel's and ours. Returns whether there are
 * any.
 */
bool touch_live_bits(const struct touch *touch, const struct touch_map *map, uint64_t address,
		     struct touch_chunk *ret);

/*
 * When the call that mapped all of [start, end) was made, CLOCK_MONOTONIC; 0: several calls, or
 * unknown.
 */
uint64_t touch_created_ns(const struct touch *touch, uint64_t start, uint64_t end);

/* touch_peak.c: a call begins. Before the replay has it. */
void touch_peak_enter(struct touch *touch, const struct map_enter *enter);
/* Bits that a call had taken out of the kernel's table, and whose lives it has not ended. */
void touch_peak_survived(struct touch *touch, const struct chunk_bits *bits);
/* Notes whether the overlay has pages that are, or were until now, in the kernel's table too. */
void touch_peak_compare(struct touch *touch, const struct chunk_bits *counted);
void touch_peak_compare_map(struct touch *touch, const struct touch_map *map);
/* The address space has ended with the last bits; sure: none of them is in doubt. */
void touch_peak_last(struct touch *touch, bool sure);
void touch_peak_inherit(struct touch *touch, const struct touch *replaced);

int touch_retire(struct touch *touch, const struct retired *retired);

#endif
