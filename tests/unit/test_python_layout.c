/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What CPython tells of its layout, recorded from real ones and forged word by word: taken
 * where it fits, refused where anything contradicts.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "arrays/python/layout.h"
#include "collect/proc/proc_thread.h"

#define FIXTURES "tests/fixtures/python/debug-offsets-"

struct word_list {
	int32_t minor;
	const char *const *words;
	size_t count;
};

#include "arrays/python/layout_words.inc"

static const struct {
	const char *name;
	int32_t minor;
	int32_t runtime_bytes; /* as that release was seen to have it */
} recorded[] = {
	{ "3.13.0", 13, 283320 },  { "3.13.5", 13, 283376 }, { "3.14.8", 14, 0 },
	{ "3.14.10", 14, 316616 }, { "3.15.0", 15, 0 },	     { "3.15.2", 15, 346568 },
};

#define RECORDED (sizeof(recorded) / sizeof(recorded[0]))

static void load(const char *name, uint8_t bytes[PY_DEBUG_BYTES_MAX])
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), FIXTURES "%s", name);
	file = fopen(path, "rb");
	assert_non_null(file);
	assert_int_equal(fread(bytes, 1, PY_DEBUG_BYTES_MAX, file), PY_DEBUG_BYTES_MAX);
	fclose(file);
}

static const struct word_list *list_of(int32_t minor)
{
	return &word_lists[minor - 13];
}

static void real_ones(void **state)
{
	uint8_t bytes[PY_DEBUG_BYTES_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < RECORDED; i++) {
		struct py_layout row = *py_layout_of(recorded[i].minor);

		load(recorded[i].name, bytes);
		assert_null(py_layout_refine(&row, bytes, sizeof(bytes)));
		if (recorded[i].runtime_bytes)
			assert_int_equal(row.rt_size, recorded[i].runtime_bytes);
		assert_int_equal(row.ts_next, 8);
		assert_int_equal(row.ts_interp, 16);
		assert_int_equal(list_of(row.minor)->minor, row.minor);
	}
}

/* Versions without such words keep their rows; unknown ones have none. */
static void versions(void **state)
{
	uint8_t bytes[PY_DEBUG_BYTES_MAX] = { 0 };
	int32_t minor;

	(void)state;
	for (minor = 8; minor <= 12; minor++) {
		struct py_layout row = *py_layout_of(minor);

		assert_int_equal(row.minor, minor);
		assert_null(py_layout_refine(&row, bytes, sizeof(bytes)));
		assert_memory_equal(&row, py_layout_of(minor), sizeof(row));
	}
	for (minor = 13; minor <= 15; minor++)
		assert_non_null(py_layout_of(minor));
	assert_null(py_layout_of(7));
	assert_null(py_layout_of(16));
	assert_null(py_layout_of(-1));
}

static void refuse(int32_t minor, const uint8_t *bytes, size_t count, const char *words)
{
	struct py_layout row = *py_layout_of(minor);
	const char *why = py_layout_refine(&row, bytes, count);

	if (!why || !strstr(why, words))
		fail_msg("3.%d: '%s' where '%s' was to be said", minor, why ? why : "", words);
	assert_memory_equal(&row, py_layout_of(minor), sizeof(row));
}

static void without_the_gil(void **state)
{
	uint8_t bytes[PY_DEBUG_BYTES_MAX];

	(void)state;
	load("3.13.5t", bytes);
	refuse(13, bytes, sizeof(bytes), "no GIL");
}

static bool is_ignored(const char *word)
{
	static const char *const told[] = { "version", "free_threaded", "runtime_state.size",
					    "interpreter_state.size", "thread_state.size" };
	size_t i;

	for (i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		if (!strcmp(word, told[i]))
			return true;
	}
	return false;
}

/*
 * Each word in turn: one that may move is taken when it is plausible, one that may not is
 * refused, one that nobody reads changes nothing. Counted, so that none is forgotten.
 */
static void each_word(void **state)
{
	static const size_t expected_fixed[] = { 30, 34, 38 }, expected_moved[] = { 10, 10, 10 };
	uint8_t bytes[PY_DEBUG_BYTES_MAX], forged[PY_DEBUG_BYTES_MAX];
	size_t i, w, moved, refused;

	(void)state;
	for (i = 1; i < RECORDED; i += 2) {
		const struct py_layout *row = py_layout_of(recorded[i].minor);
		const struct word_list *list = list_of(recorded[i].minor);
		struct py_layout known = *row, found;

		load(recorded[i].name, bytes);
		assert_null(py_layout_refine(&known, bytes, sizeof(bytes)));
		for (w = moved = refused = 0; w < list->count; w++) {
			if (is_ignored(list->words[w]))
				continue;
			memcpy(forged, bytes, sizeof(bytes));
			forged[8 + w * 8] ^= 8;
			found = *row;
			if (py_layout_refine(&found, forged, sizeof(forged)))
				refused++;
			else if (memcmp(&found, &known, sizeof(found)))
				moved++;
			/* Of what may move, no nonsense is taken. */
			forged[8 + w * 8] ^= 1;
			found = *row;
			if (!py_layout_refine(&found, forged, sizeof(forged)))
				assert_memory_equal(&found, &known, sizeof(found));
			forged[8 + w * 8 + 6] = 1;
			found = *row;
			if (!py_layout_refine(&found, forged, sizeof(forged)))
				assert_memory_equal(&found, &known, sizeof(found));
		}
		assert_int_equal(refused, expected_fixed[row->minor - 13]);
		assert_int_equal(moved, expected_moved[row->minor - 13]);
	}
}

static void other_lists(void **state)
{
	uint8_t bytes[PY_DEBUG_BYTES_MAX], forged[PY_DEBUG_BYTES_MAX];
	size_t i, needed;

	(void)state;
	for (i = 0; i < RECORDED; i++) {
		int32_t minor = recorded[i].minor;

		load(recorded[i].name, bytes);
		needed = 8 + 8 * list_of(minor)->count;
		refuse(minor, bytes, needed - 1, "does not begin with");
		memcpy(forged, bytes, sizeof(bytes));
		forged[0]++;
		refuse(minor, forged, sizeof(forged), "does not begin with");
		/* Another version's words, also where only its number was changed. */
		refuse(minor == 13 ? 14 : 13, bytes, sizeof(bytes), "another version");
		memcpy(forged, bytes, sizeof(bytes));
		forged[10] = minor == 13 ? 14 : 13;
		refuse(forged[10], forged, sizeof(forged), "declare");
		/* One word more, early and late. */
		memmove(forged + 24, bytes + 16, sizeof(bytes) - 24);
		memcpy(forged, bytes, 24);
		refuse(minor, forged, sizeof(forged), "declare");
		memcpy(forged, bytes, sizeof(bytes));
		memmove(forged + 8 + 8 * 50, bytes + 8 + 8 * 49, sizeof(bytes) - 8 - 8 * 50);
		refuse(minor, forged, sizeof(forged), "contradicts its version");
	}
}

/* Numbers in the namespace of the process itself: the last of the line. */
static void inner_pids(void **state)
{
	static const struct {
		const char *status;
		int err;
		uint32_t pid;
	} cases[] = {
		{ "Name:\tx\nPid:\t77\nNSpid:\t77\n", 0, 77 },
		{ "Name:\tx\nPid:\t77\nNSpid:\t77\t12\t1\nNSpgid:\t5\n", 0, 1 },
		{ "Name:\tNSpid:\t3\nPid:\t77\n", 0, 77 },
		{ "Name:\tx\nNSpid:\t\n", -EBADMSG, 0 },
		{ "Name:\tx\nNSpid:\t77\t\n", -EBADMSG, 0 },
		{ "Name:\tx\nNSpid:\t-1\n", -EBADMSG, 0 },
		{ "Name:\tx\nNSpid:\t77777777777777777777\n", -EBADMSG, 0 },
		{ "Name:\tx\n", -EBADMSG, 0 },
		{ "", -EBADMSG, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t pid = 0;

		assert_int_equal(proc_status_inner_pid(cases[i].status, &pid), cases[i].err);
		assert_int_equal(pid, cases[i].pid);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(real_ones),	   cmocka_unit_test(versions),
		cmocka_unit_test(without_the_gil), cmocka_unit_test(each_word),
		cmocka_unit_test(other_lists),	   cmocka_unit_test(inner_pids),
	};

	return cmocka_run_group_tests_name("python layout", tests, NULL, NULL);
}
