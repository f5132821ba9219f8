/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A batch of pieces, what they were, and what they are. */
#include "arrays/python/claims.h"

#include <stdlib.h>
#include <string.h>

#define BATCH 8192u
#define BATCH_BYTES (1u << 18)

#define TAG_BITS 7ull /* of a pointer */

struct item {
	uint8_t *mark;
	uint64_t *count;
	uint32_t at; /* in then and now */
	uint16_t bytes;
	uint8_t how;
	bool read;
};

struct claims {
	struct memsrc *memsrc;
	size_t count;
	uint32_t bytes;
	struct item items[BATCH];
	struct memsrc_span spans[BATCH];
	uint8_t then[BATCH_BYTES];
	uint8_t now[BATCH_BYTES];
};

struct claims *claims__new(struct memsrc *memsrc)
{
	struct claims *claims = malloc(sizeof(*claims));

	if (!claims)
		return NULL;
	claims->memsrc = memsrc;
	claims->count = 0;
	claims->bytes = 0;
	return claims;
}

void claims__free(struct claims *claims)
{
	free(claims);
}

static bool same_pointer(const uint8_t *then, const uint8_t *now, size_t bytes)
{
	uint64_t was, is;

	memcpy(&was, then + bytes - sizeof(was), sizeof(was));
	memcpy(&is, now + bytes - sizeof(is), sizeof(is));
	return !((was ^ is) & ~TAG_BITS) && !memcmp(then, now, bytes - sizeof(was));
}

static bool claim_holds(struct claims *claims, const struct item *item)
{
	const uint8_t *then = claims->then + item->at, *now = claims->now + item->at;

	if (!item->read)
		return false;
	switch ((enum claim_how)item->how) {
	case CLAIM_SAME:
		return !memcmp(then, now, item->bytes);
	case CLAIM_POINTER:
		return same_pointer(then, now, item->bytes);
	case CLAIM_STATE:
		return (int8_t)*now <= 0;
	case CLAIM_COUNT:
		memcpy(item->count, now, sizeof(*item->count));
		return true;
	}
	return false;
}

int claims__check(struct claims *claims)
{
	size_t i;
	int err;

	err = memsrc__gather(claims->memsrc, claims->spans, claims->count);
	for (i = 0; !err && i < claims->count; i++) {
		if (!claim_holds(claims, &claims->items[i]))
			*claims->items[i].mark |= CLAIM_WRONG;
	}
	claims->count = 0;
	claims->bytes = 0;
	return err;
}

int claims__add(struct claims *claims, const struct claim *claim)
{
	struct item *item;
	int err;

	if (claims->count == BATCH || claims->bytes + claim->bytes > BATCH_BYTES) {
		err = claims__check(claims);
		if (err)
			return err;
	}
	item = &claims->items[claims->count];
	*item = (struct item){ .mark = claim->mark,
			       .count = claim->count,
			       .at = claims->bytes,
			       .bytes = (uint16_t)claim->bytes,
			       .how = (uint8_t)claim->how,
			       .read = true };
	memcpy(claims->then + item->at, claim->then, claim->bytes);
	claims->spans[claims->count++] = (struct memsrc_span){ claim->address, claim->bytes,
							       claims->now + item->at,
							       &item->read };
	claims->bytes += (uint32_t)claim->bytes;
	return 0;
}
