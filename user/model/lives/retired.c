/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Lives that ended: keeps the largest and sums the rest. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "model/lives/touch_priv.h"

/* Reduced when twice as many have come in, so that each reduction is paid for by as many lives. */
#define CUT_AT (2 * TOUCH_RETIRED_MAX)

static int by_touched(const void *left, const void *right)
{
	const struct retired *a = left, *b = right;

	/* A sum is not a life: it never displaces one. */
	if ((a->count > 1) != (b->count > 1))
		return a->count > 1 ? 1 : -1;
	if (a->pages_touched != b->pages_touched)
		return a->pages_touched < b->pages_touched ? 1 : -1;
	return (a->retired_ns > b->retired_ns) - (a->retired_ns < b->retired_ns);
}

static int by_end(const void *left, const void *right)
{
	const struct retired *a = left, *b = right;

	/* The sum is the last entry. */
	if ((a->count > 1) != (b->count > 1))
		return a->count > 1 ? 1 : -1;
	return (a->retired_ns > b->retired_ns) - (a->retired_ns < b->retired_ns);
}

static void add_retired(struct retired *sum, const struct retired *part)
{
	sum->count += part->count;
	sum->pages_read += part->pages_read;
	sum->pages_written += part->pages_written;
	sum->pages_touched += part->pages_touched;
	if (part->retired_ns > sum->retired_ns)
		sum->retired_ns = part->retired_ns;
	sum->how = sum->how && !strcmp(sum->how, part->how) ? sum->how : "several";
}

/* Keeps the largest `keep`, and one entry that sums the rest. */
static void cut_retired(struct touch *touch, size_t keep)
{
	struct retired rest = { 0 };
	size_t i;

	if (touch->retired_count <= keep + 1)
		return;
	array_sort(touch->retired, touch->retired_count, sizeof(*touch->retired), by_touched);
	rest.how = touch->retired[keep].how;
	for (i = keep; i < touch->retired_count; i++)
		add_retired(&rest, &touch->retired[i]);
	touch->retired[keep] = rest;
	touch->retired_count = keep + 1;
}

int touch_retire(struct touch *touch, const struct retired *retired)
{
	if (touch->retired_count >= CUT_AT)
		cut_retired(touch, TOUCH_RETIRED_MAX);
	if (array_reserve((void **)&touch->retired, &touch->retired_capacity,
			  touch->retired_count + 1, sizeof(*touch->retired)))
		return -ENOMEM;
	touch->retired[touch->retired_count++] = *retired;
	return 0;
}

int touch__retire_chunk(struct touch *touch, const struct touch_chunk *chunk)
{
	return chunk_bits__add(&touch->last, chunk);
}

static int join_calls(struct chunk_bits *into, const struct replay *list)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < list->count; i++)
		err = chunk_bits__join(into, &list->calls[i].bits);
	return err;
}

/* One record for chunks [first, end) of the last bits. */
static int retire_run(struct touch *touch, size_t first, size_t end, const char *how,
		      uint64_t time_ns)
{
	const struct touch_chunk *chunks = touch->last.chunks;
	struct chunk_bits run = { &touch->last.chunks[first], end - first, 0, 0 };
	struct bit_counts counts = chunk_bits__count(&run);

	return touch_retire(touch,
			    &(struct retired){
				    .count = 1,
				    .start = chunks[first].start,
				    .end = chunks[end - 1].start + CHUNK_PAGES * touch->page_bytes,
				    .retired_ns = time_ns,
				    .how = how,
				    .pages_read = counts.read,
				    .pages_written = counts.written,
				    .pages_touched = counts.touched,
			    });
}

int touch__retire_all(struct touch *touch, const char *how, uint64_t time_ns)
{
	struct chunk_bits *last = &touch->last;
	uint64_t chunk_bytes = CHUNK_PAGES * touch->page_bytes;
	size_t first = 0, i;
	int err;

	touch_peak_compare(touch, last);
	err = chunk_bits__join(last, &touch->overlay);
	touch_peak_last(touch, true);
	if (!err)
		err = join_calls(last, &touch->replay);
	if (!err)
		err = chunk_bits__join(last, &touch->doubt.bits);
	touch_peak_last(touch, false);
	/* The mappings are gone: adjacent chunks are taken for neighbours. */
	for (i = 1; !err && i <= last->count; i++) {
		if (i < last->count &&
		    last->chunks[i].start == last->chunks[i - 1].start + chunk_bytes)
			continue;
		err = retire_run(touch, first, i, how, time_ns);
		first = i;
	}
	chunk_bits__deinit(last);
	return err;
}

int touch__retired(struct touch *touch, struct retired **ret, size_t *count)
{
	size_t bytes;

	cut_retired(touch, TOUCH_RETIRED_MAX);
	bytes = touch->retired_count * sizeof(*touch->retired);
	*ret = malloc(bytes + 1);
	if (!*ret)
		return -ENOMEM;
	*count = touch->retired_count;
	if (!*count)
		return 0;
	array_sort(touch->retired, touch->retired_count, sizeof(*touch->retired), by_end);
	memcpy(*ret, touch->retired, bytes);
	return 0;
}

void touch__forget_retired(struct touch *touch)
{
	free(touch->retired);
	touch->retired = NULL;
	touch->retired_count = touch->retired_capacity = 0;
}

int touch__inherit_retired(struct touch *touch, const struct touch *replaced)
{
	size_t i;
	int err = 0;

	touch_peak_inherit(touch, replaced);
	for (i = 0; !err && i < replaced->retired_count; i++)
		err = touch_retire(touch, &replaced->retired[i]);
	return err;
}
