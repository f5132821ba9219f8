/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Mapping calls that threads are in. What a call may end is taken out at its entry, before
 * another thread can get the address, and put back when the call fails.
 */
#ifndef ARRAYS_CLAIM_CALLS_H
#define ARRAYS_CLAIM_CALLS_H

#include "arrays/claims.h"
#include "facts/map_event.h"

struct claim_call {
	struct map_event enter;
	struct claim_list taken;
};

struct claim_calls { /* all zero is empty */
	struct claim_call *calls;
	size_t count;
	size_t capacity;
};

void claim_calls__deinit(struct claim_calls *calls);

/* An ENTER: takes the ranges that it ends out of the claims that wanted accepts. 0 or -errno. */
int claim_calls__enter(struct claim_calls *calls, struct claims *claims,
		       const struct map_event *enter, bool (*wanted)(const struct claim *claim));

/*
 * An EXIT: for each range of the thread's call finish is told what was taken, or, when the call
 * failed, that is put back. finish may be NULL. 0 or finish's -errno.
 */
int claim_calls__exit(struct claim_calls *calls, struct claims *claims,
		      const struct map_event *exit,
		      int (*finish)(void *ctx, const struct claim_call *call,
				    const struct map_event *exit),
		      void *ctx);

#endif
