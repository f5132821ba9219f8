/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What each key does. */
#include "live/state.h"

#include <stdio.h>
#include <string.h>

#include "live/layout.h"
#include "live/page.h"
#include "live/unused.h"
#include "live/zoom.h"

#define CONTROL(letter) ((letter)&0x1fu)

void live_state__deinit(struct live_state *state)
{
	state_close(state);
	list__deinit(&state->list);
	folds__deinit(&state->folds);
}

const char *list_order_name(enum list_order order)
{
	static const char *const names[LIST_ORDERS] = {
		[LIST_BY_ADDRESS] = "address",
		[LIST_BY_SPAN] = "span",
		[LIST_BY_RESIDENT] = "resident",
		[LIST_BY_TOUCHED] = "touched",
		[LIST_BY_NAME] = "name",
		[LIST_BY_CHANGE] = "change per second",
		[LIST_BY_TOUCH_RATE] = "touched per second",
	};

	return names[order];
}

int live_state__show(struct live_state *state, struct picture *picture)
{
	state->picture = picture;
	state->touches = picture->touch_known;
	trend__add(&state->trend, picture->rss);
	state_fit_zoom(state, true);
	return state_build(state);
}

static uint32_t stepped_line(uint32_t from, int64_t step, uint32_t last)
{
	int64_t to = (int64_t)from + step;

	return to < 0 ? 0 : to > last ? last : (uint32_t)to;
}

static void move_page(struct live_state *state, int64_t step)
{
	uint32_t lines = page_lines(state), room = page_room(state);

	state->page_top = stepped_line(state->page_top, step, lines > room ? lines - room : 0);
}

void live_state__resize(struct live_state *state, uint32_t rows, uint32_t columns)
{
	state->rows = rows;
	state->columns = columns;
	state_move_to(state, state->at);
	state_fit_zoom(state, false);
	move_page(state, 0);
}

static int sort_by(struct live_state *state, enum list_order order)
{
	if (order == LIST_ORDERS)
		return 0;
	/* The same once more turns it around. */
	state->reversed = order == state->order && !state->reversed;
	state->order = order;
	return state_build(state);
}

static void open_page(struct live_state *state, enum live_page page)
{
	state->page = page;
	state->page_top = 0;
	state->menu_at = state->order;
	state->messages_seen = state->messages.count;
}

static void begin_prompt(struct live_state *state, enum live_asks asks)
{
	state->asks = asks;
	prompt__set(&state->prompt, asks == ASKS_FILTER ? state->filter : "");
	memcpy(state->filter_before, state->filter, sizeof(state->filter));
}

/* Left folds, and from what is folded goes to what holds it; right opens. */
static int fold_to(struct live_state *state, bool open)
{
	const struct list_row *row;
	size_t at = state->at;

	if (!live_state__item(state))
		return 0;
	row = &state->list.rows[at];
	if (row->holds && row->open != open)
		return state_fold(state);
	if (open) {
		state_tell_leaf(state);
		return 0;
	}
	while (at > 0 && state->list.rows[at].depth >= row->depth)
		at--;
	state_move_to(state, at);
	return 0;
}

static int press_letter(struct live_state *state, uint32_t letter, enum live_wish *ret)
{
	int64_t screen = live_state__list_rows(state);

	switch (letter) {
	case 'q':
		*ret = LIVE_LEAVE;
		return 0;
	case 'j':
	case 'k':
		state_move(state, letter == 'j' ? 1 : -1);
		return 0;
	case 'f':
	case CONTROL('F'):
	case 'b':
	case CONTROL('B'):
		state_move(state, letter == 'f' || letter == CONTROL('F') ? screen : -screen);
		return 0;
	case 'g':
	case 'G':
		state_move_to(state, letter == 'G' ? state->list.count : 0);
		return 0;
	case ' ':
		return state_fold(state);
	case '+':
	case '=':
	case '-':
	case '_':
		return fold_to(state, letter == '+' || letter == '=');
	case '/':
		begin_prompt(state, ASKS_SEARCH);
		return 0;
	case '\\':
		begin_prompt(state, ASKS_FILTER);
		return 0;
	case 'n':
	case 'N':
		return state_search(state, letter == 'N');
	case '>':
		open_page(state, PAGE_SORT);
		return 0;
	case 'I':
		state->reversed = !state->reversed;
		return state_build(state);
	case 'p':
		state->paused = !state->paused;
		return 0;
	case 't':
		state->flat = !state->flat;
		return state_build(state);
	case '?':
	case 'h':
		open_page(state, PAGE_HELP);
		return 0;
	case 'm':
		open_page(state, PAGE_MESSAGES);
		return 0;
	default:
		tell_unused_key(state, &(struct live_key){ LIVE_CHARACTER, letter, 0, 0 });
		return 0;
	}
}

static int press_function(struct live_state *state, uint32_t number, enum live_wish *ret)
{
	static const char letters[] = {
		[1] = '?', [3] = '/', [4] = '\\', [5] = 't', [6] = '>', [10] = 'q'
	};

	if (number < sizeof(letters) && letters[number])
		return press_letter(state, (uint32_t)letters[number], ret);
	tell_unused_key(state, &(struct live_key){ LIVE_FUNCTION, number, 0, 0 });
	return 0;
}

static int on_click(struct live_state *state, const struct live_key *key, bool twice)
{
	struct live_layout layout = live_layout(state->columns, state->touches);
	size_t row = state->top + key->row - LIVE_LIST_ROW;

	if (key->row == LIVE_LIST_ROW - 1)
		return sort_by(state, live_column_order(live_layout__column(&layout, key->column)));
	if (key->row < LIVE_LIST_ROW || row >= state->list.count ||
	    key->row >= LIVE_LIST_ROW + live_state__list_rows(state))
		return 0;
	state_move_to(state, row);
	return twice ? state_open(state) : 0;
}

static int press_list(struct live_state *state, const struct live_key *key, enum live_wish *ret)
{
	int64_t screen = live_state__list_rows(state);

	switch (key->type) {
	case LIVE_CHARACTER:
		return press_letter(state, key->character, ret);
	case LIVE_FUNCTION:
		return press_function(state, key->character, ret);
	case LIVE_UP:
		state_move(state, -1);
		return 0;
	case LIVE_DOWN:
		state_move(state, 1);
		return 0;
	case LIVE_LEFT:
	case LIVE_RIGHT:
		return fold_to(state, key->type == LIVE_RIGHT);
	case LIVE_PAGE_UP:
		state_move(state, -screen);
		return 0;
	case LIVE_PAGE_DOWN:
		state_move(state, screen);
		return 0;
	case LIVE_HOME:
		state_move_to(state, 0);
		return 0;
	case LIVE_END:
		state_move_to(state, state->list.count);
		return 0;
	case LIVE_ENTER:
		return state_open(state);
	case LIVE_WHEEL_UP:
	case LIVE_WHEEL_DOWN:
		state_move(state, key->type == LIVE_WHEEL_UP ? -3 : 3);
		return 0;
	case LIVE_CLICK:
	case LIVE_CLICK_TWICE:
		return on_click(state, key, key->type == LIVE_CLICK_TWICE);
	default:
		return 0;
	}
}

/* Of the list's keys an opened row keeps those that mean the same there. */
static int press_opened(struct live_state *state, const struct live_key *key, enum live_wish *ret)
{
	uint32_t letter = key->type == LIVE_CHARACTER ? key->character : 0;
	uint32_t number = key->type == LIVE_FUNCTION ? key->character : 0;

	if (state_press_zoom(state, key))
		return 0;
	if (letter == CONTROL('F') || letter == CONTROL('B'))
		state_press_zoom(state, &(struct live_key){ .type = letter == CONTROL('F')
									    ? LIVE_PAGE_DOWN
									    : LIVE_PAGE_UP });
	else if (letter == 'p' || letter == 'm' || letter == '?')
		return press_letter(state, letter, ret);
	else if (number == 1 || number == 10)
		return press_function(state, number, ret);
	else
		tell_unused_key(state, key);
	return 0;
}

/* What moves through text moves through the sort menu as well. */
static int64_t step_of(const struct live_state *state, const struct live_key *key)
{
	uint32_t letter = key->type == LIVE_CHARACTER ? key->character : 0;
	int64_t screen = page_room(state);

	if (key->type == LIVE_UP || key->type == LIVE_WHEEL_UP || letter == 'k')
		return -1;
	if (key->type == LIVE_DOWN || key->type == LIVE_WHEEL_DOWN || letter == 'j')
		return 1;
	if (key->type == LIVE_PAGE_UP || letter == 'b' || letter == CONTROL('B'))
		return -screen;
	if (key->type == LIVE_PAGE_DOWN || letter == ' ' || letter == 'f' || letter == CONTROL('F'))
		return screen;
	if (key->type == LIVE_HOME || letter == 'g')
		return INT32_MIN;
	return key->type == LIVE_END || letter == 'G' ? INT32_MAX : 0;
}

static bool leaves_page(const struct live_key *key)
{
	return key->type == LIVE_ESCAPE || key->type == LIVE_FUNCTION ||
	       (key->type == LIVE_CHARACTER && strchr("qh?m>", (int)key->character) &&
		key->character && key->character < 0x80);
}

static int press_page(struct live_state *state, const struct live_key *key)
{
	int64_t step = step_of(state, key);

	if (leaves_page(key) || (key->type == LIVE_ENTER && state->page != PAGE_SORT)) {
		state->page = PAGE_LIST;
	} else if (state->page == PAGE_SORT && key->type == LIVE_ENTER) {
		state->page = PAGE_LIST;
		if (state->menu_at != state->order)
			return sort_by(state, (enum list_order)state->menu_at);
	} else if (state->page == PAGE_SORT && step) {
		state->menu_at = stepped_line(state->menu_at, step, LIST_ORDERS - 1);
	} else if (step) {
		move_page(state, step);
	} else {
		tell_unused_key(state, key);
	}
	return 0;
}

/* A filter works as it is typed; a search starts when it is complete. */
static int press_prompt(struct live_state *state, const struct live_key *key)
{
	bool filter = state->asks == ASKS_FILTER;

	if (key->type == LIVE_ESCAPE) {
		state->asks = ASKS_NOTHING;
		memcpy(state->filter, state->filter_before, sizeof(state->filter));
		return filter ? state_build(state) : 0;
	}
	if (key->type == LIVE_ENTER) {
		state->asks = ASKS_NOTHING;
		if (filter)
			return 0;
		/* Nothing typed: the same again. */
		if (state->prompt.length)
			memcpy(state->search, state->prompt.text, sizeof(state->search));
		return state_search(state, false);
	}
	prompt__press(&state->prompt, key);
	if (!filter)
		return 0;
	memcpy(state->filter, state->prompt.text, sizeof(state->filter));
	return state_build(state);
}

/* Keys that go through the moments, wherever a moment is seen. */
static bool press_time(struct live_state *state, const struct live_key *key, enum live_wish *ret)
{
	static const struct {
		uint32_t letter;
		int64_t step;
	} keys[] = { { '[', -1 },  { ',', -1 }, { ']', 1 },	   { '.', 1 },
		     { '{', -10 }, { '}', 10 }, { 'F', INT64_MAX } };
	size_t i;

	for (i = 0; key->type == LIVE_CHARACTER && i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i].letter != key->character)
			continue;
		state->step = keys[i].step;
		*ret = LIVE_STEP;
		return true;
	}
	return false;
}

int live_state__press(struct live_state *state, const struct live_key *key, enum live_wish *ret)
{
	*ret = LIVE_STAY;
	*state->note = '\0';
	if (state->asks)
		return press_prompt(state, key);
	if (state->page != PAGE_LIST)
		return press_page(state, key);
	if (press_time(state, key, ret))
		return 0;
	return state->zoom ? press_opened(state, key, ret) : press_list(state, key, ret);
}
