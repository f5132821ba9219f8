/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The small parts of the live view: figures, signs, the line that is typed, the pace. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "live/figures.h"
#include "live/layout.h"
#include "live/messages.h"
#include "live/pace.h"
#include "live/prompt.h"
#include "live/signs.h"
#include "live/trend.h"

static void bytes_in_four_columns(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{ 0, "0" },
		{ 1, "1" },
		{ 999, "999" },
		{ 1000, "1.0K" },
		{ 1024, "1.0K" },
		{ 4096, "4.0K" },
		{ 10187, "9.9K" },
		{ 10240, "10K" },
		{ 1022976, "999K" },
		{ 1023488, "1.0M" },
		{ 800000000, "763M" },
		{ 1ull << 30, "1.0G" },
		{ 1ull << 40, "1.0T" },
		{ UINT64_MAX, "16E" },
	};
	char buffer[FIGURE_MAX];
	uint64_t value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(figure_bytes(rows[i].bytes, buffer), rows[i].text);
	/* Whatever it is, four columns are enough, and it is not called nothing. */
	for (value = 1; value < UINT64_MAX / 3; value = value * 2 + value / 7 + 1) {
		assert_true(strlen(figure_bytes(value, buffer)) <= 4);
		assert_string_not_equal(buffer, "0");
		assert_string_not_equal(buffer, "0.0K");
	}
}

static void other_figures(void **state)
{
	char buffer[FIGURE_MAX];

	(void)state;
	assert_string_equal(figure_change(0, buffer), "0");
	assert_string_equal(figure_change(4096, buffer), "+4.0K");
	assert_string_equal(figure_change(-4096, buffer), "-4.0K");
	assert_string_equal(figure_change(INT64_MIN, buffer), "-8.0E");
	assert_string_equal(figure_share(6, 1000, buffer), "0.6%");
	assert_string_equal(figure_share(995, 10000, buffer), "10%");
	assert_string_equal(figure_share(3, 0, buffer), "300%");
	assert_string_equal(figure_time(250000000, buffer), "250ms");
	assert_string_equal(figure_time(1000000000, buffer), "1s");
	assert_string_equal(figure_time(1560000000, buffer), "1.5s");
}

/* One resident page shows, and only a full cell is full: in blocks, ASCII and dots. */
static void heat_signs(void **state)
{
	struct heat_cell none[2] = { { .all = 100 }, { .all = 100 } };
	struct heat_cell zero[2] = { { .all = 100, .zero = 1 }, { .all = 100 } };
	struct heat_cell one[2] = { { .all = 100, .resident = 1 }, { .all = 100 } };
	struct heat_cell most[2] = { { .all = 100, .resident = 99, .touched = 1 },
				     { .all = 100, .resident = 99 } };
	struct heat_cell all[2] = { { .all = 100, .resident = 100 },
				    { .all = 100, .resident = 100 } };
	const struct signs *blocks = signs_of(SIGNS_BLOCKS), *ascii = signs_of(SIGNS_ASCII);
	const struct signs *braille = signs_of(SIGNS_BRAILLE);
	enum live_style style;

	(void)state;
	assert_int_equal(signs__heat(blocks, none, &style), 0xb7);
	assert_int_equal(style, LIVE_ABSENT);
	assert_int_equal(signs__heat(ascii, zero, &style), 'z');
	assert_int_equal(style, LIVE_ZERO);
	assert_int_equal(signs__heat(blocks, one, &style), 0x2581);
	assert_int_equal(style, LIVE_RESIDENT);
	assert_int_equal(signs__heat(blocks, most, &style), 0x2587);
	assert_int_equal(style, LIVE_TOUCHED);
	assert_int_equal(signs__heat(ascii, all, &style), '#');
	assert_int_equal(signs__heat(braille, none, &style), 0xb7);
	assert_int_equal(signs__heat(braille, one, &style), 0x2840);
	assert_int_equal(signs__heat(braille, most, &style), 0x28f6);
	assert_int_equal(signs__heat(braille, all, &style), 0x28ff);
}

/* No sign of one set stands for two things. */
static void signs_differ(void **state)
{
	static const enum live_signs sets[] = { SIGNS_BLOCKS, SIGNS_BRAILLE, SIGNS_ASCII };
	size_t i, j, k;

	(void)state;
	for (i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		const struct signs *signs = signs_of(sets[i]);
		uint32_t all[HEAT_LEVELS + 4];

		memcpy(all, signs->levels, sizeof(signs->levels));
		all[HEAT_LEVELS] = signs->zero;
		all[HEAT_LEVELS + 1] = signs->absent;
		all[HEAT_LEVELS + 2] = signs->open;
		all[HEAT_LEVELS + 3] = signs->folded;
		for (j = 0; j < HEAT_LEVELS + 4; j++) {
			for (k = 0; k < j; k++)
				assert_int_not_equal(all[j], all[k]);
		}
	}
}

static void trends(void **state)
{
	struct trend trend = { 0 };
	uint32_t i;

	(void)state;
	for (i = 1; i <= TREND_MAX + 3; i++) {
		trend__add(&trend, i);
		assert_int_equal(trend__at(&trend, 0), i);
		assert_int_equal(trend__at(&trend, trend.count - 1),
				 i < TREND_MAX ? 1 : i - TREND_MAX + 1);
	}
	assert_int_equal(signs__level(signs_of(SIGNS_ASCII), 5, 5, 5), '1');
	assert_int_equal(signs__level(signs_of(SIGNS_ASCII), 0, 0, UINT64_MAX), '1');
	assert_int_equal(signs__level(signs_of(SIGNS_ASCII), UINT64_MAX, 0, UINT64_MAX), '#');
}

static void type(struct prompt *prompt, enum live_key_type type, uint32_t character)
{
	struct live_key key = { .type = type, .character = character };

	prompt__press(prompt, &key);
}

static void typing(void **state)
{
	struct prompt prompt = { 0 };
	int i;

	(void)state;
	type(&prompt, LIVE_CHARACTER, 'a');
	type(&prompt, LIVE_CHARACTER, 0x4e2d);
	assert_string_equal(prompt.text, "a\u4e2d");
	type(&prompt, LIVE_ERASE, 0);
	assert_string_equal(prompt.text, "a");
	/* What could steer a terminal is not taken. */
	type(&prompt, LIVE_CHARACTER, 0x1b);
	type(&prompt, LIVE_CHARACTER, 0x202e);
	assert_string_equal(prompt.text, "a");
	type(&prompt, LIVE_ERASE, 0);
	type(&prompt, LIVE_ERASE, 0);
	assert_string_equal(prompt.text, "");
	for (i = 0; i < 3 * PROMPT_MAX; i++)
		type(&prompt, LIVE_CHARACTER, 0x4e2d);
	assert_true(prompt.length < PROMPT_MAX && prompt.length % 3 == 0);
	type(&prompt, LIVE_CHARACTER, 'U' & 0x1f);
	assert_string_equal(prompt.text, "");
}

#define SECOND_NS 1000000000ull

/* At most its share of a core over time, whatever looks cost; and 100 ms more at once. */
static void paces(void **state)
{
	static const uint64_t costs[] = { 0, 1000000, 18000000, 21000000, 120000000, 3000000000 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(costs) / sizeof(costs[0]); i++) {
		uint64_t now = SECOND_NS, spent = 0, looks;
		struct pace pace = { 0 };

		for (looks = 0; looks < 1000; looks++) {
			spent += costs[i];
			now += pace__next(&pace, SECOND_NS, now, costs[i]);
			assert_true(pace__allows(&pace, now));
			assert_int_equal(pace__allows(&pace, pace.then_ns),
					 pace.owed_ns <= PACE_AHEAD_NS);
			assert_true(spent <= (now - SECOND_NS) / PACE_SHARE + SECOND_NS / 10);
		}
		if (costs[i] <= SECOND_NS / PACE_SHARE)
			assert_int_equal(now, 1001 * SECOND_NS);
		else
			assert_true(spent >= (now - SECOND_NS) / (PACE_SHARE + 1));
	}
}

/* One dear look in thirty seconds of cheap ones delays nothing. */
static void paces_what_is_rare(void **state)
{
	struct pace pace = { 0 };
	uint64_t now = SECOND_NS, looks;

	(void)state;
	for (looks = 0; looks < 3000; looks++) {
		uint64_t cost = looks % 300 ? 1000000 : 90000000;

		assert_int_equal(pace__next(&pace, SECOND_NS / 10, now, cost), SECOND_NS / 10);
		now += SECOND_NS / 10;
	}
}

static void kept_messages(void **state)
{
	struct messages messages = { 0 };
	char all[32768];
	int ends[2], i;
	ssize_t got;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	for (i = 0; i < (int)MESSAGES_MAX + 2; i++)
		messages__add(&messages, "pagewatch: x\n", 13);
	messages__tell(&messages, ends[1]);
	assert_int_equal(messages.count, 0);
	close(ends[1]);
	for (got = 0; got < (ssize_t)sizeof(all) - 1;) {
		ssize_t more = read(ends[0], all + got, sizeof(all) - 1 - (size_t)got);

		if (more <= 0)
			break;
		got += more;
	}
	close(ends[0]);
	all[got] = '\0';
	assert_int_equal(got, MESSAGES_MAX * 13 + strlen("pagewatch: and 2 more messages\n"));
	assert_non_null(strstr(all, "pagewatch: x\npagewatch: and 2 more messages\n"));
}

/* Columns lie side by side, in the screen, whatever its width. */
static void layouts(void **state)
{
	uint32_t width, i;
	int touches;

	(void)state;
	for (width = 1; width <= 400; width++) {
		for (touches = 0; touches < 2; touches++) {
			struct live_layout layout = live_layout(width, touches);
			uint32_t end = 0;

			for (i = 0; i < LIVE_COLUMNS; i++) {
				if (!layout.columns[i].width)
					continue;
				assert_true(layout.columns[i].at >= end);
				end = layout.columns[i].at + layout.columns[i].width;
				assert_int_equal(live_layout__column(&layout, end - 1), i);
			}
			assert_true(end <= width);
			assert_true(layout.columns[LIVE_COLUMN_NAME].width > 0);
			if (width >= 40)
				assert_true(layout.columns[LIVE_COLUMN_HEAT].width >= 12);
			if (!touches)
				assert_int_equal(layout.columns[LIVE_COLUMN_TOUCH_RATE].width, 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_in_four_columns),
		cmocka_unit_test(other_figures),
		cmocka_unit_test(heat_signs),
		cmocka_unit_test(signs_differ),
		cmocka_unit_test(trends),
		cmocka_unit_test(typing),
		cmocka_unit_test(paces),
		cmocka_unit_test(paces_what_is_rare),
		cmocka_unit_test(kept_messages),
		cmocka_unit_test(layouts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
