/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The ends of all ranges cut the address space into pieces. A Fenwick tree counts the pieces that
 * roots own, so the first owned piece in a range is found without a walk.
 */
#include "model/rows/fold.h"

#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/sorted.h"

struct pieces {
	uint64_t *bounds; /* sorted; piece i is [bounds[i], bounds[i + 1]) */
	size_t count;	  /* bounds */
	size_t *held;	  /* the tree: entry i sums what ends at piece i - 1 */
	size_t *owners;	  /* of owned pieces */
};

static void pieces__deinit(struct pieces *pieces)
{
	free(pieces->bounds);
	free(pieces->held);
	free(pieces->owners);
}

static int compare_bounds(const void *left, const void *right)
{
	const uint64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static int pieces__init(struct pieces *pieces, const struct fold_range *ranges, size_t count)
{
	size_t i;

	*pieces = (struct pieces){
		.bounds = calloc(2 * count + 1, sizeof(*pieces->bounds)),
		.held = calloc(2 * count + 1, sizeof(*pieces->held)),
		.owners = calloc(2 * count + 1, sizeof(*pieces->owners)),
	};
	if (!pieces->bounds || !pieces->held || !pieces->owners)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		pieces->bounds[2 * i] = ranges[i].start;
		pieces->bounds[2 * i + 1] = ranges[i].end;
	}
	pieces->count = 2 * count;
	array_sort(pieces->bounds, pieces->count, sizeof(*pieces->bounds), compare_bounds);
	return 0;
}

/* The piece that begins at a bound; if there are empty pieces before it, the first of those. */
static size_t piece_at(const struct pieces *pieces, uint64_t bound)
{
	return sorted_at_least(pieces->bounds, pieces->count, sizeof(*pieces->bounds), 0, bound);
}

static void hold_piece(struct pieces *pieces, size_t piece, size_t owner)
{
	size_t i;

	pieces->owners[piece] = owner;
	for (i = piece + 1; i <= pieces->count; i += i & -i)
		pieces->held[i]++;
}

/* Owned pieces among [0, piece). */
static size_t held_before(const struct pieces *pieces, size_t piece)
{
	size_t sum = 0;

	for (; piece; piece -= piece & -piece)
		sum += pieces->held[piece];
	return sum;
}

/* The owned piece with that many owned ones before it. */
static size_t held_piece(const struct pieces *pieces, size_t before)
{
	size_t at = 0, step = 1;

	while (step * 2 <= pieces->count)
		step *= 2;
	for (; step; step /= 2) {
		if (at + step <= pieces->count && pieces->held[at + step] <= before) {
			at += step;
			before -= pieces->held[at];
		}
	}
	return at;
}

/* The root that has most of the range, or NULL. */
static const struct fold_range *most_of(const struct pieces *pieces,
					const struct fold_range *ranges,
					const struct fold_range *range)
{
	size_t at = piece_at(pieces, range->start), end = piece_at(pieces, range->end), before;
	const struct fold_range *most = NULL, *root;
	uint64_t bytes, most_bytes = 0;

	for (; at < end; at = piece_at(pieces, root->end)) {
		before = held_before(pieces, at);
		if (held_before(pieces, end) == before)
			break;
		root = &ranges[pieces->owners[held_piece(pieces, before)]];
		bytes = (root->end < range->end ? root->end : range->end) -
			(root->start > range->start ? root->start : range->start);
		if (bytes > most_bytes)
			most = root;
		if (bytes > most_bytes)
			most_bytes = bytes;
	}
	return most;
}

static void place_range(struct pieces *pieces, struct fold_range *ranges, size_t index)
{
	struct fold_range *range = &ranges[index];
	const struct fold_range *root = NULL;
	size_t i, end = piece_at(pieces, range->end);

	if (range->start < range->end)
		root = most_of(pieces, ranges, range);
	range->root = root ? (size_t)(root - ranges) : index;
	if (root || range->rank == FOLD_ASIDE)
		return;
	for (i = piece_at(pieces, range->start); i < end; i++)
		hold_piece(pieces, i, index);
}

static int in_turn(const void *left, const void *right, void *ctx)
{
	const struct fold_range *ranges = ctx;
	size_t a = *(const size_t *)left, b = *(const size_t *)right;
	uint64_t span_a = ranges[a].end - ranges[a].start, span_b = ranges[b].end - ranges[b].start;

	if (ranges[a].rank != ranges[b].rank)
		return ranges[a].rank < ranges[b].rank ? -1 : 1;
	if (span_a != span_b)
		return span_a < span_b ? 1 : -1;
	return (a > b) - (a < b);
}

int fold_ranges(struct fold_range *ranges, size_t count)
{
	size_t *order = calloc(count + 1, sizeof(*order)), i;
	struct pieces pieces = { 0 };
	int err = order ? pieces__init(&pieces, ranges, count) : -ENOMEM;

	if (err)
		goto out;
	for (i = 0; i < count; i++)
		order[i] = i;
	qsort_r(order, count, sizeof(*order), in_turn, ranges);
	for (i = 0; i < count; i++)
		place_range(&pieces, ranges, order[i]);
out:
	pieces__deinit(&pieces);
	free(order);
	return err;
}
