/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Why a resident page is resident: the first cause that holds (docs/OUTPUT.md, `ledger`).
 */
#ifndef MODEL_LEDGER_H
#define MODEL_LEDGER_H

#include <stdint.h>

#include "facts/touch.h"

enum ledger_class {
	LEDGER_TOUCHED,
	LEDGER_BEFORE,
	LEDGER_HUGE_FILL,
	LEDGER_UNFAULTED,
	LEDGER_UNEXPLAINED, /* huge_fill or unfaulted: the page reader cannot tell */
	LEDGER_CLASSES,
};

/*
 * Pages whose class is huge_fill or unfaulted, which one is unknown. If it is 0, everything is
 * known; otherwise it includes all pages of both classes.
 */
uint64_t ledger_unexplained(const uint64_t counts[LEDGER_CLASSES]);

const char *ledger_class_name(enum ledger_class class);

/* The masks of one chunk, one bit per page. */
struct ledger_masks {
	uint64_t resident[CHUNK_WORDS];
	uint64_t touched[CHUNK_WORDS];
	uint64_t before[CHUNK_WORDS];
	uint64_t huge_fill[CHUNK_WORDS];  /* was seen huge, and its huge page has a touch */
	uint64_t maybe_fill[CHUNK_WORDS]; /* may have been in a huge page that has a touch */
};

/* Splits the resident pages into the classes; each resident bit is in exactly one. */
void ledger_split(const struct ledger_masks *masks, uint64_t classes[LEDGER_CLASSES][CHUNK_WORDS]);

#endif
