/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A batch of pieces: their old and their present content. */
#include "arrays/python/rechecks.h"

#include <stdlib.h>
#include <string.h>

#define BATCH 8192u
#define BATCH_BYTES (1u << 18)

#define TAG_BITS 7ull /* of a pointer */

struct item {
	uint8_t *mark;
	uint64_t *count;
	uint32_t at; /* offset in then and now */
	uint16_t bytes;
	uint8_t how;
	bool read;
};

struct rechecks {
	struct memsrc *memsrc;
	size_t count;
	uint32_t bytes;
	struct item items[BATCH];
	struct memsrc_span spans[BATCH];
	uint8_t then[BATCH_BYTES];
	uint8_t now[BATCH_BYTES];
};

struct rechecks *rechecks__new(struct memsrc *memsrc)
{
	struct rechecks *rechecks = malloc(sizeof(*rechecks));

	if (!rechecks)
		return NULL;
	rechecks->memsrc = memsrc;
	rechecks->count = 0;
	rechecks->bytes = 0;
	return rechecks;
}

void rechecks__free(struct rechecks *rechecks)
{
	free(rechecks);
}

static bool same_pointer(const uint8_t *then, const uint8_t *now, size_t bytes)
{
	uint64_t was, is;

	memcpy(&was, then + bytes - sizeof(was), sizeof(was));
	memcpy(&is, now + bytes - sizeof(is), sizeof(is));
	return !((was ^ is) & ~TAG_BITS) && !memcmp(then, now, bytes - sizeof(was));
}

static bool recheck_holds(struct rechecks *rechecks, const struct item *item)
{
	const uint8_t *then = rechecks->then + item->at, *now = rechecks->now + item->at;

	if (!item->read)
		return false;
	switch ((enum recheck_how)item->how) {
	case RECHECK_SAME:
		return !memcmp(then, now, item->bytes);
	case RECHECK_POINTER:
		return same_pointer(then, now, item->bytes);
	case RECHECK_STATE:
		return (int8_t)*now <= 0;
	case RECHECK_COUNT:
		memcpy(item->count, now, sizeof(*item->count));
		return true;
	}
	return false;
}

int rechecks__check(struct rechecks *rechecks)
{
	size_t i;
	int err;

	err = memsrc__gather(rechecks->memsrc, rechecks->spans, rechecks->count);
	for (i = 0; !err && i < rechecks->count; i++) {
		if (!recheck_holds(rechecks, &rechecks->items[i]))
			*rechecks->items[i].mark |= RECHECK_WRONG;
	}
	rechecks->count = 0;
	rechecks->bytes = 0;
	return err;
}

int rechecks__add(struct rechecks *rechecks, const struct recheck *recheck)
{
	struct item *item;
	int err;

	if (rechecks->count == BATCH || rechecks->bytes + recheck->bytes > BATCH_BYTES) {
		err = rechecks__check(rechecks);
		if (err)
			return err;
	}
	item = &rechecks->items[rechecks->count];
	*item = (struct item){ .mark = recheck->mark,
			       .count = recheck->count,
			       .at = rechecks->bytes,
			       .bytes = (uint16_t)recheck->bytes,
			       .how = (uint8_t)recheck->how,
			       .read = true };
	memcpy(rechecks->then + item->at, recheck->then, recheck->bytes);
	rechecks->spans[rechecks->count++] = (struct memsrc_span){ recheck->address, recheck->bytes,
								   rechecks->now + item->at,
								   &item->read };
	rechecks->bytes += (uint32_t)recheck->bytes;
	return 0;
}
