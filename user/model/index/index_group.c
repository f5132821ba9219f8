/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Holds rows back until one does not fit, or there is no more room. */
#include "model/index/index_group.h"

#include <errno.h>
#include <stdlib.h>

/* A group with more boxes is closed and continued as another one. */
#define BOXES_MAX 4096u

/* Fewer rows are passed on unchanged. */
#define ROWS_MIN 3u

void index_group__deinit(struct index_group *group)
{
	free(group->boxes);
	group->boxes = NULL;
}

/* A row's boxes, minus the group's common box. */
static int emit_rest(struct index_group *group, const struct index_row_box *box)
{
	uint64_t end = box->blocks.first + box->blocks.width;
	struct index_blocks left = { box->blocks.first, 0, group->first - box->blocks.first, 1 };
	struct index_blocks right = { group->end, 0, end - group->end, 1 };
	int err = 0;

	if (!box->widest || group->rows < ROWS_MIN)
		return group->emit(group->ctx, box->row, box->row + 1, &box->blocks);
	if (left.width)
		err = group->emit(group->ctx, box->row, box->row + 1, &left);
	if (!err && right.width)
		err = group->emit(group->ctx, box->row, box->row + 1, &right);
	return err;
}

int index_group__close(struct index_group *group)
{
	const struct index_blocks common = { group->first, 0, group->end - group->first, 1 };
	size_t i;
	int err = 0;

	if (group->rows >= ROWS_MIN)
		err = group->emit(group->ctx, group->boxes[0].row,
				  group->boxes[0].row + group->rows, &common);
	for (i = 0; !err && i < group->count; i++)
		err = emit_rest(group, &group->boxes[i]);
	group->count = 0;
	group->rows = 0;
	return err;
}

/* The widest of the boxes that are one interval each; count: none. */
static size_t find_widest(const struct index_blocks *boxes, size_t count)
{
	size_t widest = count, i;

	for (i = 0; i < count; i++) {
		if (boxes[i].count == 1 &&
		    (widest == count || boxes[i].width > boxes[widest].width))
			widest = i;
	}
	return widest;
}

/* Shrinks the common part, if the row fits the group. */
static bool joins_group(struct index_group *group, uint64_t row, const struct index_blocks *box)
{
	uint64_t first = box->first, end = box->first + box->width;
	uint64_t common = group->end - group->first;

	if (!group->rows || group->boxes[0].row + group->rows != row)
		return false;
	if (first < group->first)
		first = group->first;
	if (end > group->end)
		end = group->end;
	if (end <= first || end - first < (common > box->width ? common : box->width) / 2)
		return false;
	group->first = first;
	group->end = end;
	return true;
}

int index_group__add_row(struct index_group *group, uint64_t row, const struct index_blocks *boxes,
			 size_t count)
{
	size_t widest = find_widest(boxes, count), i;
	int err = 0;

	if (!group->boxes)
		group->boxes = malloc(BOXES_MAX * sizeof(*group->boxes));
	if (!group->boxes)
		return -ENOMEM;
	if (widest == count || count > BOXES_MAX) {
		err = index_group__close(group);
		for (i = 0; !err && i < count; i++)
			err = group->emit(group->ctx, row, row + 1, &boxes[i]);
		return err;
	}
	if (group->count + count > BOXES_MAX || !joins_group(group, row, &boxes[widest])) {
		err = index_group__close(group);
		group->first = boxes[widest].first;
		group->end = boxes[widest].first + boxes[widest].width;
	}
	for (i = 0; i < count; i++)
		group->boxes[group->count++] = (struct index_row_box){ row, boxes[i], i == widest };
	group->rows++;
	return err;
}
