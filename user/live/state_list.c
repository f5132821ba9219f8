/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The list under the keys: rows, the cursor, folds, searching. */
#include <stdio.h>
#include <string.h>

#include "live/state.h"
#include "live/zoom.h"

static struct list_view view_of(const struct live_state *state, bool all_open)
{
	return (struct list_view){
		.order = state->order,
		.reversed = state->reversed,
		.flat = state->flat,
		.all_open = all_open,
		.filter = state->filter,
		.folds = &state->folds,
	};
}

uint32_t live_state__list_rows(const struct live_state *state)
{
	/* Header, titles, the sentence on the row, footer. */
	return state->rows > LIVE_LIST_ROW + 2 ? state->rows - LIVE_LIST_ROW - 2 : 1;
}

struct item *live_state__item(const struct live_state *state)
{
	if (!state->picture || state->at >= state->list.count)
		return NULL;
	return &state->picture->items[state->list.rows[state->at].item];
}

static void scroll_to_cursor(struct live_state *state)
{
	size_t rows = live_state__list_rows(state);

	if (state->at < state->top)
		state->top = state->at;
	if (state->at >= state->top + rows)
		state->top = state->at - rows + 1;
	if (state->top + rows > state->list.count)
		state->top = state->list.count > rows ? state->list.count - rows : 0;
}

void state_move_to(struct live_state *state, size_t row)
{
	const struct item *item;

	state->at = row < state->list.count ? row : state->list.count - (state->list.count != 0);
	item = live_state__item(state);
	if (item)
		state->cursor = item->key;
	scroll_to_cursor(state);
}

void state_move(struct live_state *state, int64_t rows)
{
	int64_t to = (int64_t)state->at + rows;

	state_move_to(state, to < 0 ? 0 : (size_t)to);
}

/* The cursor stays on its item, and where it was on the screen if it can. */
int state_build(struct live_state *state)
{
	struct list_view view = view_of(state, false);
	size_t above = state->at - state->top, row;
	struct list list;
	int err;

	if (!state->picture)
		return 0;
	err = list__init(&list, state->picture, &view);
	if (err) {
		list__deinit(&list);
		return err;
	}
	list__deinit(&state->list);
	state->list = list;
	row = list__row_of(&list, state->picture, &state->cursor);
	if (row == list.count)
		row = state->at;
	state->top = row > above ? row - above : 0;
	state_move_to(state, row);
	return 0;
}

void state_tell_leaf(struct live_state *state)
{
	const struct item *item = live_state__item(state);

	if (item && !state->list.rows[state->at].holds)
		snprintf(state->note, sizeof(state->note), "this row holds no other%s",
			 zoom_possible(item) ? ": Enter opens it" : "");
}

int state_fold(struct live_state *state)
{
	const struct item *item = live_state__item(state);
	int err;

	if (!item || !state->list.rows[state->at].holds) {
		state_tell_leaf(state);
		return 0;
	}
	err = folds__toggle(&state->folds, &item->key);
	return err ? err : state_build(state);
}

/* Opens all that hides an item. */
static int reveal_item(struct live_state *state, size_t index)
{
	const struct picture *picture = state->picture;
	int err = 0;

	state->cursor = picture->items[index].key;
	while (!err && list__row_of(&state->list, picture, &state->cursor) == state->list.count) {
		size_t at = index, row = state->list.count;

		/* The innermost that is shown is folded. */
		while (picture->items[at].parent != NO_ITEM && row == state->list.count) {
			at = picture->items[at].parent;
			row = list__row_of(&state->list, picture, &picture->items[at].key);
		}
		if (row == state->list.count || state->list.rows[row].open)
			break;
		err = folds__toggle(&state->folds, &picture->items[at].key);
		if (!err)
			err = state_build(state);
	}
	return err ? err : state_build(state);
}

/* Once around, from the row behind (or in front of) the cursor, over what is folded away, too. */
int state_search(struct live_state *state, bool backwards)
{
	struct list_view view = view_of(state, true);
	size_t step, from, count;
	struct list all;
	int err;

	if (!*state->search)
		snprintf(state->note, sizeof(state->note), "nothing was searched: / does");
	if (!*state->search || !state->picture)
		return 0;
	err = list__init(&all, state->picture, &view);
	count = all.count;
	from = err ? 0 : list__row_of(&all, state->picture, &state->cursor);
	for (step = 1; !err && step <= count; step++) {
		size_t row = (from + (backwards ? count - step : step)) % count;
		size_t item = all.rows[row].item;

		if (!list_means(state->search, &state->picture->items[item]))
			continue;
		list__deinit(&all);
		return reveal_item(state, item);
	}
	list__deinit(&all);
	if (!err)
		snprintf(state->note, sizeof(state->note), "not found: %s", state->search);
	return err;
}
