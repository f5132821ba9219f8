/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The moments that the live view goes back to. */
#include "live_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "live/history.h"
#include "model/moment_lists.h"

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

/* The same process so much later; its pages were scanned age_ns before. */
static struct moment later(const struct moment *moment, uint64_t seconds, uint64_t age_ns)
{
	struct moment ret = { .header = moment->header, .process_count = 1 };

	ret.processes = calloc(1, sizeof(*ret.processes));
	assert_non_null(ret.processes);
	assert_int_equal(process_moment__copy(&moment->processes[0], &ret.processes[0]), 0);
	ret.header.since_start_ns = seconds * 1000000000u;
	ret.processes[0].header.scan_age_ns = age_ns;
	return ret;
}

/* A picture serves later moments of a process at rest, and outlives those before. */
static void advances(void **state)
{
	struct picture *first, *second;
	struct moment moments[4];
	struct scene scene;
	int i;

	(void)state;
	scene_begin(&scene, 1);
	scene_process(&scene, 7, 1, "p");
	scene_region(&scene, 0, 9, VMA_ANON, "", false);
	scene_pages(&scene, 0, 3, PAGE_ANON);
	first = scene_picture(&scene, NULL);
	for (i = 0; i < 4; i++)
		moments[i] = later(&first->moment, (uint64_t)i + 2, (uint64_t)i);
	/* It is not known whether something changes. */
	assert_false(picture__advance(NULL, &moments[1]));
	assert_false(picture__advance(first, &moments[1]));
	assert_int_equal(picture__of(&moments[0], first, &second), 0);
	picture__free(first);
	assert_true(picture__advance(second, &moments[1]));
	moment__deinit(&moments[0]);
	assert_ptr_equal(second->snapshot.processes[0].moment, &moments[1].processes[0]);
	assert_int_equal(second->moment.header.since_start_ns, 3000000000u);
	assert_int_equal(second->snapshot.processes[0].header.scan_age_ns, 1);
	/* It was scanned, something was lost, or it is another process. */
	moments[2].processes[0].header.scan_age_ns = 0;
	assert_false(picture__advance(second, &moments[2]));
	moments[2].processes[0].header.scan_age_ns = 2;
	moments[2].header.losses.count[LOSS_EVENTS] = 1;
	assert_false(picture__advance(second, &moments[2]));
	moments[3].processes[0].header.facts.pid = 8;
	assert_false(picture__advance(second, &moments[3]));
	picture__free(second);
	for (i = 1; i < 4; i++)
		moment__deinit(&moments[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(advances), cmocka_unit_test(steps),
		cmocka_unit_test(columns),  cmocka_unit_test(thins_the_older_half),
		cmocka_unit_test(is_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
