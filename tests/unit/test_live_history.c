/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The moments that the live view goes back to. */
#include "live_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "live/history.h"

static void add_empty(struct history *history, uint64_t at)
{
	struct moment moment = { .header = { .since_start_ns = at } };

	assert_int_equal(history__add(history, &moment), 0);
}

static uint64_t time_of(const struct history *history, size_t index)
{
	return history->moments[index].moment.header.since_start_ns;
}

static void steps(void **state)
{
	struct history history = { .limit = HISTORY_BYTES };
	uint64_t i;

	(void)state;
	for (i = 0; i < 20; i++)
		add_empty(&history, i);
	assert_true(history__past(&history));
	history.shown = 19;
	assert_false(history__past(&history));
	assert_int_equal(history__stepped(&history, -1), 18);
	assert_int_equal(history__stepped(&history, -10), 9);
	assert_int_equal(history__stepped(&history, INT64_MIN), 0);
	assert_int_equal(history__stepped(&history, 1), 19);
	history.shown = 5;
	assert_int_equal(history__stepped(&history, -10), 0);
	assert_int_equal(history__stepped(&history, 10), 15);
	assert_int_equal(history__stepped(&history, INT64_MAX), 19);
	history__deinit(&history);
	assert_int_equal(history.sum.bytes, 0);
}

static void columns(void **state)
{
	struct history history = { .limit = HISTORY_BYTES };
	size_t first, end, next = 0;
	uint32_t i;

	(void)state;
	for (i = 0; i < 23; i++)
		add_empty(&history, i);
	for (i = 0; i < 10; i++) {
		history__column(&history, 10, i, &first, &end);
		assert_int_equal(first, next);
		assert_true(end > first);
		next = end;
	}
	assert_int_equal(next, 23);
	history__deinit(&history);
}

/* Every second one of the older half goes, but never what is shown, nor the last. */
static void thins_the_older_half(void **state)
{
	static const uint64_t left[] = { 0, 2, 4, 6, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 };
	struct history history = { .limit = HISTORY_BYTES };
	uint64_t i;

	(void)state;
	for (i = 0; i < 20; i++)
		add_empty(&history, i);
	history.shown = 6;
	history.limit = history.sum.bytes - 1;
	history__thin(&history);
	assert_int_equal(history.thinned + history.count, 20);
	assert_int_equal(history.count, sizeof(left) / sizeof(left[0]));
	for (i = 0; i < history.count; i++)
		assert_int_equal(time_of(&history, i), left[i]);
	assert_int_equal(time_of(&history, history.shown), 6);
	history.limit = 0;
	history__thin(&history);
	assert_int_equal(history.count, 2);
	assert_int_equal(time_of(&history, history.shown), 6);
	assert_int_equal(time_of(&history, 1), 19);
	history__deinit(&history);
}

/* The header and the footer say that it is the past; the keys wish for steps. */
static void is_drawn(void **state)
{
	struct history history = { .limit = HISTORY_BYTES };
	enum live_wish wish;
	struct live_key key = { .type = LIVE_CHARACTER, .character = '[' };
	struct stage stage;
	uint64_t i;

	(void)state;
	stage_begin(&stage, 12, 60);
	for (i = 0; i < 4; i++)
		add_empty(&history, i * 1500000000);
	for (i = 0; i < 4; i++)
		history.moments[i].resident = i * 4;
	history.shown = 1;
	stage.live.history = &history;
	expect_line(&stage.live, &stage.cells, 0,
		    "PAST -3s (2 of 4)  python3 (7)  RSS 2.0M  anon 968K  ▁█");
	expect_line(&stage.live, &stage.cells, 11, "[ ] step  F now  ▁▃▅█");
	assert_int_equal(live_state__press(&stage.live, &key, &wish), 0);
	assert_int_equal(wish, LIVE_STEP);
	assert_int_equal(stage.live.step, -1);
	key.character = 'F';
	assert_int_equal(live_state__press(&stage.live, &key, &wish), 0);
	assert_int_equal(wish, LIVE_STEP);
	assert_true(stage.live.step == INT64_MAX);
	stage_end(&stage);
	history__deinit(&history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps),
		cmocka_unit_test(columns),
		cmocka_unit_test(thins_the_older_half),
		cmocka_unit_test(is_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
