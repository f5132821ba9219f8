/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Pictures of moments that are many, without rows, hostile or none; the integration tests read the pictures. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/moment_lists.h"
#include "render/chart.h"
#include "sample_moment.h"

/* fontconfig keeps what it read of fonts until the process ends. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libfontconfig\n";
}

typedef int (*chart_function)(const struct moments *moments, const struct view *view, FILE *out);

static const chart_function charts[] = { chart_png, chart_svg, chart_pdf };

#define CHARTS (sizeof(charts) / sizeof(charts[0]))

struct drawn {
	char *bytes;
	size_t count;
	int err;
};

static struct drawn draw_with(chart_function chart, const struct moments *moments)
{
	const struct view view = { 0 };
	struct drawn drawn = { 0 };
	FILE *out = open_memstream(&drawn.bytes, &drawn.count);

	assert_non_null(out);
	drawn.err = chart(moments, &view, out);
	fclose(out);
	return drawn;
}

/* One moment over and over, at the times that `ns` gives. */
struct series {
	struct moment moment;
	uint64_t (*ns)(size_t index);
	size_t asked, last; /* how often, and for which one last */
};

static int series_at(void *from, size_t index, const struct moment **ret)
{
	struct series *series = from;

	series->moment.header.since_start_ns = series->ns ? series->ns(index) : index * 1000000;
	series->last = index;
	series->asked++;
	*ret = &series->moment;
	return 0;
}

static struct moments moments_of(struct series *series, size_t count)
{
	return (struct moments){ .count = count, .from = series, .at = series_at };
}

static void sample_of_all_facts_is_drawn(void **state)
{
	struct series series = { 0 };
	struct moments moments = moments_of(&series, 1);
	size_t i;

	(void)state;
	sample_moment(&series.moment);
	for (i = 0; i < CHARTS; i++) {
		struct drawn drawn = draw_with(charts[i], &moments);

		assert_int_equal(drawn.err, 0);
		assert_true(drawn.count > 1000);
		free(drawn.bytes);
	}
	moment__deinit(&series.moment);
}

/* Of a recording no word is trusted, and cairo draws no picture with one that is not UTF-8. */
static void hostile_words_are_drawn(void **state)
{
	static const char hostile[] = "\xff\n\xe2\x80\xae\xef\xbf\xbf<";
	struct series series = { 0 };
	struct moments moments = moments_of(&series, 1);
	struct moment_header *header = &series.moment.header;
	struct process_lists lists;
	size_t i;

	(void)state;
	sample_moment(&series.moment);
	header->version = header->tier = hostile;
	strcpy(header->environment.kernel, hostile);
	strcpy(header->environment.machine, hostile);
	assert_int_equal(process_lists__of(series.moment.processes, &lists), 0);
	for (i = 0; i < lists.arrays.count; i++) {
		if (lists.arrays.arrays[i].shape)
			strcpy(lists.arrays.arrays[i].shape->dtype, hostile);
	}
	process_lists__deinit(&lists);
	for (i = 0; i < CHARTS; i++) {
		struct drawn drawn = draw_with(charts[i], &moments);

		assert_int_equal(drawn.err, 0);
		free(drawn.bytes);
	}
	moment__deinit(&series.moment);
}

static void there_is_no_picture_of_nothing(void **state)
{
	struct series series = { 0 };
	struct moments none = moments_of(&series, 0), one = moments_of(&series, 1);
	size_t i;

	(void)state;
	for (i = 0; i < CHARTS; i++) {
		struct drawn drawn = draw_with(charts[i], &none);

		assert_int_equal(drawn.err, -EINVAL);
		assert_int_equal(drawn.count, 0);
		free(drawn.bytes);
		/* A moment without processes has its time and version at least. */
		series.moment.header.version = series.moment.header.tier = "";
		drawn = draw_with(charts[i], &one);
		assert_int_equal(drawn.err, 0);
		free(drawn.bytes);
	}
}

static uint64_t always_later(size_t index)
{
	return index * 1000000000u;
}

static uint64_t back_and_forth(size_t index)
{
	return index % 2 ? 5 : UINT64_MAX - index;
}

static uint64_t standing_still(size_t index)
{
	(void)index;
	return 7;
}

static void a_curve_has_a_bound(void **state)
{
	static const struct {
		uint64_t (*ns)(size_t index);
		size_t moments, points;
	} cases[] = {
		{ always_later, 2, 2 },
		{ always_later, 10000, 10000 },
		{ always_later, 30001, 10000 },
		/* Whatever a file says of the time. */
		{ back_and_forth, 100, 100 },
		{ standing_still, 100, 100 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct series series = { .ns = cases[i].ns };
		struct moments moments = moments_of(&series, cases[i].moments);
		struct drawn drawn;

		series.moment.header.version = series.moment.header.tier = "";
		series.moment.header.checkpoint = "\xff\n\xe2\x80\xae\xef\xbf\xbf</svg>";
		drawn = draw_with(chart_svg, &moments);
		assert_int_equal(drawn.err, 0);
		/* And the last one again, for the rows. */
		assert_int_equal(series.asked, cases[i].points + 1);
		assert_null(strstr(drawn.bytes, "nan"));
		assert_null(strstr(drawn.bytes, "inf"));
		assert_int_equal(series.last, cases[i].moments - 1);
		free(drawn.bytes);
	}
}

static void the_moment_that_is_wanted_is_drawn(void **state)
{
	struct series series = { 0 };
	struct moments moments = moments_of(&series, 5);
	struct drawn drawn;

	(void)state;
	series.moment.header.version = series.moment.header.tier = "";
	moments.before_last = 3;
	drawn = draw_with(chart_svg, &moments);
	assert_int_equal(drawn.err, 0);
	assert_int_equal(series.last, 1);
	free(drawn.bytes);
}

static void a_full_disk_is_an_error(void **state)
{
	struct series series = { 0 };
	const struct moments moments = moments_of(&series, 1);
	const struct view view = { 0 };
	FILE *full = fopen("/dev/full", "w");
	size_t i;

	(void)state;
	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	sample_moment(&series.moment);
	for (i = 0; i < CHARTS; i++)
		assert_int_equal(charts[i](&moments, &view, full), -EIO);
	fclose(full);
	moment__deinit(&series.moment);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sample_of_all_facts_is_drawn),
		cmocka_unit_test(hostile_words_are_drawn),
		cmocka_unit_test(there_is_no_picture_of_nothing),
		cmocka_unit_test(a_curve_has_a_bound),
		cmocka_unit_test(the_moment_that_is_wanted_is_drawn),
		cmocka_unit_test(a_full_disk_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
