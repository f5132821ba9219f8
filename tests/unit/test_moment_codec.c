/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A moment as bytes: what is read back shows the same at every width, and bytes that nobody wrote
 * are refused, or harmless.
 */
#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/moment_codec.h"
#include "render/renderer.h"
#include "sample_moment.h"

#define FLIPS 6000

static char *show_moment(const struct moment *moment, const char *name, uint32_t width, int *err)
{
	const struct view view = {
		.width = width, .detail = true, .pages = true, .unicode = true, .retired = 9
	};
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	assert_non_null(out);
	*err = renderer_find(name)->render(moment, &view, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void read_back_and_shown(void **state)
{
	static const uint32_t widths[] = { 40, 80, 131, 300 };
	struct moment moment, again;
	char *bytes, *more;
	size_t count, length, i;
	int err;

	(void)state;
	sample_moment(&moment);
	assert_int_equal(moment_codec__encode(&moment, &bytes, &count), 0);
	assert_int_equal(moment_codec__decode(bytes, count, &again), 0);
	assert_int_equal(moment_codec__encode(&again, &more, &length), 0);
	assert_int_equal(count, length);
	assert_memory_equal(bytes, more, count);
	memset(bytes, 0, count);
	for (i = 0; i < 8; i++) {
		const char *name = i % 2 ? "json" : "text";
		char *left = show_moment(&moment, name, widths[i / 2], &err);
		char *right;

		assert_int_equal(err, 0);
		right = show_moment(&again, name, widths[i / 2], &err);
		assert_int_equal(err, 0);
		assert_string_equal(left, right);
		assert_non_null(strstr(left, "4711"));
		free(left);
		free(right);
	}
	free(bytes);
	free(more);
	moment__deinit(&again);
	moment__deinit(&moment);
}

/* A program may give its checkpoint an empty name: that is not the same as none. */
static void every_reason(void **state)
{
	enum moment_reason reason;

	(void)state;
	for (reason = 0; reason < MOMENT_REASONS; reason++) {
		bool named = reason == MOMENT_CHECKPOINT;
		struct moment moment, again;
		char *bytes;
		size_t count;

		sample_moment(&moment);
		assert_int_equal(moment__set_reason(&moment, reason, named ? "" : NULL), 0);
		assert_int_equal(moment_codec__encode(&moment, &bytes, &count), 0);
		assert_int_equal(moment_codec__decode(bytes, count, &again), 0);
		assert_int_equal(again.header.reason, reason);
		assert_string_equal(again.header.checkpoint ? again.header.checkpoint : "none",
				    named ? "" : "none");
		free(bytes);
		moment__deinit(&again);
		moment__deinit(&moment);
	}
}

static void decode_and_show(const char *bytes, size_t count)
{
	char *exact = malloc(count + !count), *text;
	struct moment moment;
	int err;

	assert_non_null(exact);
	memcpy(exact, bytes, count);
	err = moment_codec__decode(exact, count, &moment);
	free(exact);
	assert_true(!err || err == -EINVAL || err == -ENOMEM);
	if (!err) {
		text = show_moment(&moment, "json", 64, &err);
		free(text);
		free(show_moment(&moment, "text", 77, &err));
	}
	moment__deinit(&moment);
}

/* What nobody wrote: cut short, and with any bytes changed. */
static void hostile_bytes(void **state)
{
	struct moment moment, again;
	size_t count, i, j;
	char *bytes;

	(void)state;
	srand(5);
	/* Counts that do not add up are told. */
	assert_non_null(freopen("/dev/null", "w", stderr));
	sample_moment(&moment);
	assert_int_equal(moment_codec__encode(&moment, &bytes, &count), 0);
	for (i = 0; i < count; i++) {
		assert_int_equal(moment_codec__decode(bytes, i, &again), -EINVAL);
		moment__deinit(&again);
	}
	for (i = 0; i < FLIPS; i++) {
		char *changed = malloc(count);

		assert_non_null(changed);
		memcpy(changed, bytes, count);
		for (j = 0; j <= i % 3; j++)
			changed[(size_t)rand() % count] = (char)rand();
		decode_and_show(changed, count);
		free(changed);
	}
	free(bytes);
	moment__deinit(&moment);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_back_and_shown),
		cmocka_unit_test(every_reason),
		cmocka_unit_test(hostile_bytes),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
