/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Groups neighbouring rows whose widest boxes mostly overlap, like those of a rectangle whose sides
 * are not page borders. What they have in common becomes one box.
 */
#ifndef MODEL_INDEX_GROUP_H
#define MODEL_INDEX_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Indices first + n * step + m for n < count and m < width; step is 0 where count is 1. */
struct index_blocks {
	uint64_t first;
	uint64_t step;
	uint64_t width;
	uint64_t count;
};

struct index_row_box {
	uint64_t row;
	struct index_blocks blocks;
	bool widest; /* of its row */
};

/* All zero except emit and ctx: an empty group. */
struct index_group {
	/* Receives blocks of all rows [first, end), in the order of first. 0 or -errno. */
	int (*emit)(void *ctx, uint64_t first, uint64_t end, const struct index_blocks *blocks);
	void *ctx;
	uint64_t rows;
	uint64_t first, end; /* the common part */
	size_t count;
	struct index_row_box *boxes; /* NULL until there is a row; owned */
};

void index_group__deinit(struct index_group *group);

/* Rows come in ascending order. 0, -ENOMEM, or what emit returned. */
int index_group__add_row(struct index_group *group, uint64_t row, const struct index_blocks *boxes,
			 size_t count);

/* Emits what is left and empties the group. 0 or what emit returned. */
int index_group__close(struct index_group *group);

#endif
