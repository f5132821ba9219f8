/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What colours tell of the pages of an opened row. Each page that is not absent has one shade: an
 * index into `of`.
 */
#ifndef LIVE_SHADES_H
#define LIVE_SHADES_H

#include "live/picture.h"
#include "live/signs.h"

enum live_colour {
	COLOUR_TOUCH,  /* touched or not */
	COLOUR_STATE,  /* anon, huge, file, shared */
	COLOUR_AGE,    /* time since the first touch */
	COLOUR_THREAD, /* of the first touch */
	COLOURS,
};

/* These shades are there in every colour. The others are resident pages. */
enum { SHADE_ZERO, SHADE_SWAPPED, SHADE_UNTOUCHED, SHADE_FIRST };

#define SHADE_THREADS 5u /* which have a shade each; all others share one */
#define SHADES_MAX (SHADE_FIRST + SHADE_THREADS + 1)

struct shade {
	char text[24];
	enum live_style style;
	uint32_t letter; /* where there are no colours */
};

struct shades {
	enum live_colour colour;
	uint32_t count;
	struct shade of[SHADES_MAX];
	uint32_t threads[SHADE_THREADS]; /* sorted by tid */
	uint32_t thread_count;
	uint64_t now_ns; /* CLOCK_MONOTONIC of the moment */
};

/* "touch", "age", ... */
const char *live_colour_name(enum live_colour colour);

/* The shades of an item's pages. */
struct shades shades__of(enum live_colour colour, const struct picture *picture,
			 const struct item *item);

/* Called for pages [start, end) in bytes, in order of address; a nonzero return value stops. */
typedef int (*shade_visit)(void *ctx, uint64_t start, uint64_t end, uint32_t shade);

/* Visits the pages of [start, end) that are not absent. 0 or what visit returned. */
int shades__each(const struct shades *shades, const struct tally_input *input, uint64_t start,
		 uint64_t end, shade_visit visit, void *ctx);

#endif
