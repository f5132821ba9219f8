/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Joins runs of indices from index_walk into few boxes: equal inner parts of several outer indices
 * become one, and so do parts that recur at regular distances.
 */
#ifndef MODEL_INDEX_PIECES_H
#define MODEL_INDEX_PIECES_H

#include <stddef.h>
#include <stdint.h>

#include "model/index/index_group.h"
#include "model/index/index_walk.h"

struct index_pieces;

struct index_pieces *index_pieces__new(const struct index_levels *levels);
void index_pieces__free(struct index_pieces *pieces);

/* A visitor for index_walk: stops the walk with -ENOMEM, or -E2BIG if there are too many. */
struct index_visitor index_pieces__visitor(struct index_pieces *pieces);

/*
 * After the walk, *boxes has *count times levels->count blocks, disjoint; borrowed. 0, -ENOMEM or
 * -E2BIG.
 */
int index_pieces__finish(struct index_pieces *pieces, const struct index_blocks **boxes,
			 size_t *count);

#endif
