/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Keys of a target that lies: tuples that hold themselves, characters that are none, lengths of nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "arrays/python/identifier.h"
#include "arrays/python/key_text.h"
#include "fake_memory.h"

#define PARTS 64u

static struct fake_memory memory;
static struct py py;

static int set_up(void **state)
{
	(void)state;
	fake_memory__init(&memory, &py);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fake_memory__deinit(&py);
	return 0;
}

static const char *text_of(uint64_t key)
{
	static char text[2048];
	struct text_buffer buffer = text_buffer__over(text, sizeof(text));

	fake_memory__look_anew(&memory, &py);
	py_put_key(&py, key, &buffer);
	return text;
}

static int count_piece(void *ctx, uint64_t address, size_t bytes)
{
	size_t *pieces = ctx;

	(void)address;
	(void)bytes;
	++*pieces;
	return 0;
}

static void tuples_of_themselves(void **state)
{
	uint64_t tuple = fake_memory__new(&memory, memory.tuple, 24 + 8 * PARTS);
	char wanted[64];
	size_t pieces = 0, i;

	(void)state;
	fake_memory__put_word(&memory, tuple + 16, PARTS);
	for (i = 0; i < PARTS; i++)
		fake_memory__put_word(&memory, tuple + 24 + i * 8, tuple);
	snprintf(wanted, sizeof(wanted), "<tuple at 0x%llx>", (unsigned long long)tuple);
	assert_string_equal(text_of(tuple), wanted);
	assert_int_equal(py_key_pieces(&py, tuple, count_piece, &pieces), 0);
	assert_true(pieces >= PARTS && pieces <= 1000);
	fake_memory__put_word(&memory, tuple + 16, UINT64_MAX);
	assert_string_equal(text_of(tuple), wanted);
	fake_memory__put_word(&memory, tuple + 16, 0);
	assert_string_equal(text_of(tuple), "()");
}

static void strings_that_are_none(void **state)
{
	uint64_t str = fake_memory__new_str(&memory, "abcdefgh");
	const uint64_t state_at = str + (uint64_t)py.layout.uc_state;
	const uint64_t length_at = str + (uint64_t)py.layout.uc_length;
	char wanted[64];

	(void)state;
	assert_string_equal(text_of(str), "'abcdefgh'");
	fake_memory__put_word(&memory, length_at, 2);
	assert_string_equal(text_of(str), "'ab'");
	/* Of four bytes each: beyond what Unicode has. */
	fake_memory__put_word(&memory, state_at, 4 << 2 | 1 << 5 | 1 << 6);
	snprintf(wanted, sizeof(wanted), "<str at 0x%llx>", (unsigned long long)str);
	assert_string_equal(text_of(str), wanted);
	/* Longer than there is memory, and than anyone writes. */
	fake_memory__put_word(&memory, state_at, 1 << 2 | 1 << 5 | 1 << 6);
	fake_memory__put_word(&memory, length_at, UINT64_MAX);
	assert_string_equal(text_of(str), wanted);
	fake_memory__new(&memory, 0, 1000);
	snprintf(wanted, sizeof(wanted), "<'abcdefgh\\x00");
	assert_memory_equal(text_of(str), wanted, strlen(wanted));
	assert_non_null(strstr(text_of(str), "...' at 0x"));
	assert_string_equal(text_of(0), "<key at 0x0>");
	assert_string_equal(text_of(0x1238), "<key at 0x1238>");
}

static void identifiers(void **state)
{
	static const char *const are[] = { "x",		  "_",	      "x1",
					   "caf\xc3\xa9", "\xce\xb1", "\xe6\x97\xa5",
					   "nonlocals",	  "print",    "match" };
	static const char *const are_not[] = { "",	    "1x",
					       "a b",	    "a.b",
					       "a-b",	    "if",
					       "nonlocal",  "None",
					       "\xc2\xb5",  "\xef\xac\x81",
					       "e\xcc\x81", "\xe6\x97",
					       "\xc3",	    "\xf0\x9f\x98\x80",
					       "\xff",	    "a\xc0\x80" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(are) / sizeof(are[0]); i++)
		assert_true(py_text_is_identifier(are[i]));
	for (i = 0; i < sizeof(are_not) / sizeof(are_not[0]); i++)
		assert_false(py_text_is_identifier(are_not[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tuples_of_themselves, set_up, tear_down),
		cmocka_unit_test_setup_teardown(strings_that_are_none, set_up, tear_down),
		cmocka_unit_test(identifiers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
