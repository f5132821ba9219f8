/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Pairs the entries and exits of mapping calls per thread, and reports what the calls did. Bits are
 * closed at the entry, but only the exit says what happened; meanwhile another thread may have got
 * the address. So changes are reported in the order in which they must have happened, not in the
 * order of the exits: before something begins or arrives at a place, what was there has ended,
 * whichever call ended it.
 */
#ifndef MODEL_REPLAY_H
#define MODEL_REPLAY_H

#include "base/intervals.h"
#include "facts/map_change.h"
#include "model/lives/chunk_bits.h"

/* A call in progress. */
struct replay_call {
	struct map_enter enter;
	uint32_t tid;
	uint64_t time_ns;	/* of the entry */
	struct chunk_bits bits; /* of the lives that it may end; final only after it has returned */
	struct intervals ended; /* of its ranges: already reported */
};

struct replay {
	uint64_t page_bytes;
	struct replay_call *calls;
	size_t count;
	size_t capacity;
	uint32_t asides; /* moves out of the way so far */
};

typedef int replay_visit(void *ctx, const struct map_change *change);

/* A replay is all zero except for page_bytes. */
void replay__deinit(struct replay *replay);

/* Replaces the calls of *replay by the pending calls of `of`, without their bits. 0 or -ENOMEM. */
int replay__copy_calls(struct replay *replay, const struct replay *of);

/*
 * ENTER, CLOSED, EXIT of one address space; ignores exits without an entry. Calls visit for each
 * resulting change. 0, -ENOMEM or the first error of visit.
 */
int replay__handle(struct replay *replay, const struct map_event *event, replay_visit *visit,
		   void *ctx);

#endif
