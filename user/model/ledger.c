/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The precedence of causes, one word of page bits at a time. */
#include "model/ledger.h"

uint64_t ledger_unexplained(const uint64_t counts[LEDGER_CLASSES])
{
	if (!counts[LEDGER_UNEXPLAINED])
		return 0;
	return counts[LEDGER_UNEXPLAINED] + counts[LEDGER_HUGE_FILL] + counts[LEDGER_UNFAULTED];
}

const char *ledger_class_name(enum ledger_class class)
{
	static const char *const names[LEDGER_CLASSES] = {
		[LEDGER_TOUCHED] = "touched",	      [LEDGER_BEFORE] = "before",
		[LEDGER_HUGE_FILL] = "huge_fill",     [LEDGER_UNFAULTED] = "unfaulted",
		[LEDGER_UNEXPLAINED] = "unexplained",
	};

	return names[class];
}

void ledger_split(const struct ledger_masks *masks, uint64_t classes[LEDGER_CLASSES][CHUNK_WORDS])
{
	unsigned int i;

	for (i = 0; i < CHUNK_WORDS; i++) {
		uint64_t left = masks->resident[i];

		classes[LEDGER_TOUCHED][i] = left & masks->touched[i];
		left &= ~masks->touched[i];
		classes[LEDGER_BEFORE][i] = left & masks->before[i];
		left &= ~masks->before[i];
		classes[LEDGER_HUGE_FILL][i] = left & masks->huge_fill[i];
		left &= ~masks->huge_fill[i];
		classes[LEDGER_UNEXPLAINED][i] = left & masks->maybe_fill[i];
		left &= ~masks->maybe_fill[i];
		classes[LEDGER_UNFAULTED][i] = left;
	}
}
