/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/live.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "live/draw.h"
#include "live/history.h"
#include "live/pace.h"
#include "live/screen.h"

#define TWICE_NS 400000000u /* two clicks at one place within that time are a double one */
#define CONTROL_L 0x0cu
#define REST_NS 1000000000u   /* how often it draws while nothing happens */
#define SHARE_NS 10000000000u /* the share of a core that is shown is of this time */

struct live {
	struct live_state state;
	struct cells cells;
	struct screen *screen;
	struct history history;
	struct picture *picture;      /* of the moment that is shown */
	uint64_t look_cpu_ns;	      /* CPU time when the look began */
	uint64_t draw_cpu_ns;	      /* what the last drawing of a look took */
	uint64_t step_cpu, step_wall; /* when the last one ended */
	struct pace pace;
	uint64_t drawn_ns;
	uint64_t click_ns;
	struct live_key click;
	bool diverts; /* messages */
};

static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

bool live_possible(void)
{
	struct terminal_strings strings;

	return isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 &&
	       screen_possible(STDOUT_FILENO, &strings);
}

static int draw_screen(struct live *live, bool anew)
{
	int err = live_draw(&live->state, &live->cells);

	live->drawn_ns = now_ns(CLOCK_MONOTONIC);
	if (!err)
		screen__show(live->screen, &live->cells, anew);
	return err;
}

static int measure_screen(struct live *live)
{
	uint32_t rows, columns;
	int err;

	screen__measure(&rows, &columns);
	err = cells__resize(&live->cells, rows, columns);
	if (!err)
		live_state__resize(&live->state, rows, columns);
	return err;
}

static void take_message(void *ctx, const char *line, size_t length)
{
	struct live *live = ctx;

	messages__add(&live->state.messages, line, length);
}

static void set_options(struct live *live, const struct live_options *options)
{
	struct live_state *state = &live->state;

	state->order = (enum list_order)options->order;
	state->signs = options->signs;
	state->asked_ns = state->interval_ns = options->interval_ns;
	live->cells.unicode = options->unicode;
	live->history.limit = options->history_bytes;
	state->history = &live->history;
	if (options->filter)
		prompt__set(&state->prompt, options->filter);
	memcpy(state->filter, state->prompt.text, sizeof(state->filter));
}

static int take_terminal(const struct live_options *options, struct screen **ret)
{
	struct terminal_strings strings;
	int err;

	if (!screen_possible(STDOUT_FILENO, &strings))
		return -ENODEV;
	err = terminal_take(STDOUT_FILENO, &strings);
	if (err)
		return err;
	err = screen__open(options->color, ret);
	if (err)
		terminal_give_back();
	else
		terminal_taken();
	return err;
}

int live__new(const struct live_options *options, struct live **ret)
{
	struct live *live = calloc(1, sizeof(*live));
	int err = live ? take_terminal(options, &live->screen) : -ENOMEM;

	if (err) {
		log_error("cannot draw on this terminal: %s", strerror(-err));
		free(live);
		return err;
	}
	set_options(live, options);
	live->state.colors = screen__colors(live->screen);
	live->diverts = isatty(STDERR_FILENO) == 1;
	if (live->diverts)
		log_divert(take_message, live);
	err = measure_screen(live);
	if (!err)
		err = draw_screen(live, false);
	if (err) {
		live__free(live);
		return err;
	}
	*ret = live;
	return 0;
}

void live__free(struct live *live)
{
	if (!live)
		return;
	screen__close(live->screen);
	terminal_give_back();
	if (live->diverts)
		log_divert(NULL, NULL);
	messages__tell(&live->state.messages, STDERR_FILENO);
	picture__free(live->picture);
	history__deinit(&live->history);
	live_state__deinit(&live->state);
	cells__deinit(&live->cells);
	free(live);
}

void live__looks(struct live *live)
{
	live->look_cpu_ns = now_ns(CLOCK_PROCESS_CPUTIME_ID);
}

/*
 * After a look: what it cost; and what all since the last look did, which the first one cannot tell.
 * The share is of some seconds, of which the older ones count less.
 */
static void count_cost(struct live *live)
{
	uint64_t cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID), wall = now_ns(CLOCK_MONOTONIC);
	struct live_state *state = &live->state;

	if (state->wall_ns > SHARE_NS) {
		state->cpu_ns /= 2;
		state->wall_ns /= 2;
	}
	state->cpu_ns += live->step_wall ? cpu - live->step_cpu : 0;
	state->wall_ns += live->step_wall ? wall - live->step_wall : 0;
	live->step_cpu = cpu;
	live->step_wall = wall;
	state->interval_ns = pace__next(&live->pace, state->asked_ns, wall,
					cpu - live->look_cpu_ns + live->draw_cpu_ns);
	live->draw_cpu_ns = 0;
}

/* What a look found is drawn; that belongs to its cost, which the next look adds to its own. */
static int draw_look(struct live *live)
{
	uint64_t begin_ns = now_ns(CLOCK_PROCESS_CPUTIME_ID);
	int err = draw_screen(live, false);

	live->draw_cpu_ns = now_ns(CLOCK_PROCESS_CPUTIME_ID) - begin_ns;
	return err;
}

static int show_picture(struct live *live, struct picture *picture)
{
	int err = live_state__show(&live->state, picture);

	picture__free(live->picture);
	live->picture = picture;
	history__trend(&live->history, &live->state.trend);
	return err;
}

/* Shows the next moment; the one that is shown is the one before it. */
static int show_last(struct live *live, bool *same)
{
	const struct past_moment *last = &live->history.moments[live->history.count - 1];
	struct picture *picture;
	int err;

	live->history.shown = live->history.count - 1;
	/* An opened row tells how long ago pages were touched. */
	*same = !live->state.zoom && picture__advance(live->picture, &last->moment);
	if (*same) {
		history__trend(&live->history, &live->state.trend);
		return 0;
	}
	err = picture__of(&last->moment, live->picture, &picture);
	return err ? err : show_picture(live, picture);
}

/* Shows any moment, with the rates since the kept moment before it. */
static int show_kept(struct live *live, size_t index)
{
	struct past_moment *past = &live->history.moments[index];
	struct picture *before = NULL, *picture;
	int err = index ? picture__of(&past[-1].moment, NULL, &before) : 0;

	if (!err)
		err = picture__of(&past->moment, before, &picture);
	picture__free(before);
	if (err)
		return err;
	live->history.shown = index;
	return show_picture(live, picture);
}

int live__show(struct live *live, struct moment *moment)
{
	bool past = history__past(&live->history), same = false;
	int err = history__add(&live->history, moment);

	if (!err && !past)
		err = show_last(live, &same);
	history__thin(&live->history);
	count_cost(live);
	/* Then only the first line can differ: its ages and costs. */
	if (err || (same && live->step_wall - live->drawn_ns < REST_NS))
		return err;
	return draw_look(live);
}

static void tell_no_earlier(struct live *live)
{
	struct live_state *state = &live->state;

	if (live->history.thinned)
		snprintf(state->note, sizeof(state->note),
			 "no earlier moment is kept; %" PRIu64 " were thinned out (--history)",
			 live->history.thinned);
	else
		snprintf(state->note, sizeof(state->note), "this is the first moment");
}

static int step_in_time(struct live *live)
{
	size_t to;

	if (!live->history.count)
		return 0;
	to = history__stepped(&live->history, live->state.step);
	if (to != live->history.shown)
		return show_kept(live, to);
	if (live->state.step < 0)
		tell_no_earlier(live);
	else
		snprintf(live->state.note, sizeof(live->state.note), "this is the last moment");
	return 0;
}

static void tell_twice(struct live *live, struct live_key *key)
{
	uint64_t now = now_ns(CLOCK_MONOTONIC);

	if (key->type != LIVE_CLICK)
		return;
	if (live->click_ns && now - live->click_ns < TWICE_NS && key->row == live->click.row &&
	    key->column == live->click.column) {
		key->type = LIVE_CLICK_TWICE;
		live->click_ns = 0;
		return;
	}
	live->click = *key;
	live->click_ns = now;
}

/* All that was sent has been read: what still can be read is the end. */
static bool terminal_gone(void)
{
	struct pollfd polled = { .fd = STDIN_FILENO, .events = POLLIN };
	int bytes = 0;

	return poll(&polled, 1, 0) > 0 && (ioctl(STDIN_FILENO, FIONREAD, &bytes) || !bytes);
}

int live__keys(struct live *live, enum live_answer *ret)
{
	enum live_wish wish = LIVE_STAY;
	bool anew = false, any = false;
	struct live_key key;
	int err = 0;

	while (!err && wish == LIVE_STAY && screen__key(live->screen, &key)) {
		any = true;
		anew |= key.type == LIVE_CHARACTER && key.character == CONTROL_L;
		tell_twice(live, &key);
		err = live_state__press(&live->state, &key, &wish);
		if (!err && wish == LIVE_STEP) {
			err = step_in_time(live);
			wish = LIVE_STAY;
		}
	}
	*ret = wish == LIVE_LEAVE || (!any && terminal_gone()) ? LIVE_QUIT : LIVE_GO_ON;
	return err || *ret == LIVE_QUIT ? err : draw_screen(live, anew);
}

int live__resized(struct live *live)
{
	int err = measure_screen(live);

	return err ? err : draw_screen(live, true);
}

bool live__paused(const struct live *live)
{
	return live->state.paused;
}

bool live__may_look(const struct live *live)
{
	return !live->state.paused && pace__allows(&live->pace, now_ns(CLOCK_MONOTONIC));
}

uint64_t live__interval(const struct live *live)
{
	return live->state.interval_ns;
}
