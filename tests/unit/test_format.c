/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Numbers as text, hostile names made safe, log lines, and the test points. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/test_point.h"
#include "base/format.h"
#include "base/log.h"

#define GUARD_BYTE 0x5a

static void bytes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
		{ 0, "0 B" },
		{ 1, "1 B" },
		{ 1023, "1023 B" },
		{ 1024, "1.0 KiB" },
		{ 1075, "1.0 KiB" },
		{ 1076, "1.1 KiB" },
		{ 800000016, "762.9 MiB" },
		{ 1048524, "1023.9 KiB" },
		{ 1048525, "1.0 MiB" },
		{ 1048575, "1.0 MiB" },
		{ 1048576, "1.0 MiB" },
		{ (1ull << 30) - 1, "1.0 GiB" },
		{ 1ull << 40, "1.0 TiB" },
		{ 1ull << 50, "1.0 PiB" },
		{ 1ull << 60, "1.0 EiB" },
		{ UINT64_MAX, "16.0 EiB" },
		/* exactly half of a tenth of 5 KiB: up */
		{ 5 * 1024 + 256, "5.3 KiB" },
	};
	char buffer[FORMAT_BYTES_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_ptr_equal(format_bytes(cases[i].bytes, buffer), buffer);
		assert_string_equal(buffer, cases[i].text);
	}
}

static void counts(void **state)
{
	char buffer[FORMAT_COUNT_MAX];

	(void)state;
	assert_string_equal(format_count(0, buffer), "0");
	assert_string_equal(format_count(999, buffer), "999");
	assert_string_equal(format_count(1000, buffer), "1,000");
	assert_string_equal(format_count(195313, buffer), "195,313");
	assert_string_equal(format_count(1234567, buffer), "1,234,567");
	assert_string_equal(format_count(UINT64_MAX, buffer), "18,446,744,073,709,551,615");
}

static const struct {
	const char *name;
	const char *safe;
} name_cases[] = {
	{ "", "" },
	{ "__main__.x", "__main__.x" },
	{ "d['gr\xc3\xbc\xc3\x9f']", "d['gr\xc3\xbc\xc3\x9f']" },
	{ "\xe6\x97\xa5\xe6\x9c\xac", "\xe6\x97\xa5\xe6\x9c\xac" },
	{ "\xf0\x9f\x90\xa7", "\xf0\x9f\x90\xa7" },
	{ "a\\b", "a\\\\b" },
	{ "a\x1b[31mb", "a\\x1b[31mb" },
	{ "a\nb\r\t\x7f", "a\\x0ab\\x0d\\x09\\x7f" },
	{ "\xc2\x85\xc2\x9b\xc2\xa0", "\\u0085\\u009b\xc2\xa0" },
	/* bidi controls */
	{ "\xe2\x80\xaa\xe2\x80\xae", "\\u202a\\u202e" },
	{ "\xe2\x81\xa6\xe2\x81\xa9\xd8\x9c", "\\u2066\\u2069\\u061c" },
	/* zero width; U+200A and U+2070 beside them are fine */
	{ "\xe2\x80\x8b\xe2\x80\x8f\xe2\x81\xa0", "\\u200b\\u200f\\u2060" },
	{ "\xef\xbb\xbf", "\\ufeff" },
	{ "\xe2\x80\x8a\xe2\x81\xb0", "\xe2\x80\x8a\xe2\x81\xb0" },
	/* line separators, tag characters */
	{ "\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029" },
	{ "\xf3\xa0\x81\x81", "\\U000e0041" },
	/* noncharacters, and their neighbours */
	{ "\xef\xbf\xbe\xef\xbf\xbf\xf4\x8f\xbf\xbf", "\\ufffe\\uffff\\U0010ffff" },
	{ "\xef\xb7\x90\xef\xb7\xaf", "\\ufdd0\\ufdef" },
	{ "\xef\xb7\x8f\xef\xb7\xb0\xef\xbf\xbd", "\xef\xb7\x8f\xef\xb7\xb0\xef\xbf\xbd" },
	/* overlong: "/" in two, three and four bytes, and the last of each length */
	{ "\xc0\xaf", "\\xc0\\xaf" },
	{ "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
	{ "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf" },
	{ "\xc1\xbf", "\\xc1\\xbf" },
	{ "\xe0\x9f\xbf", "\\xe0\\x9f\\xbf" },
	{ "\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf" },
	{ "\xc0\x80", "\\xc0\\x80" },
	/* surrogates, and their neighbours */
	{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
	{ "\xed\xbf\xbf", "\\xed\\xbf\\xbf" },
	{ "\xed\x9f\xbf", "\xed\x9f\xbf" },
	{ "\xee\x80\x80", "\xee\x80\x80" },
	/* beyond Unicode, and its last */
	{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
	{ "\xf4\x8f\xbf\xbd", "\xf4\x8f\xbf\xbd" },
	{ "\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80" },
	{ "\xff\xfe", "\\xff\\xfe" },
	/* cut short, by the end and by another character */
	{ "\xc3", "\\xc3" },
	{ "\xe6\x97", "\\xe6\\x97" },
	{ "\xf0\x9f\x90", "\\xf0\\x9f\\x90" },
	{ "\xe6\x97z", "\\xe6\\x97z" },
	{ "\xf0\x9f\xc3\xbc", "\\xf0\\x9f\xc3\xbc" },
	{ "\x80\xbf", "\\x80\\xbf" },
};

static void names(void **state)
{
	char buffer[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(name_cases) / sizeof(name_cases[0]); i++) {
		memset(buffer, GUARD_BYTE, sizeof(buffer));
		assert_ptr_equal(format_name(name_cases[i].name, buffer, sizeof(buffer)), buffer);
		assert_string_equal(buffer, name_cases[i].safe);
	}
	assert_string_equal(format_line("a\\x1b\x1b", buffer, sizeof(buffer)), "a\\x1b\\x1b");
}

/* Every size from 0 on: terminated, nothing behind the end, a prefix or a prefix and dots. */
static void names_cut(void **state)
{
	char whole[256], cut[256];
	size_t i, size;

	(void)state;
	for (i = 0; i < sizeof(name_cases) / sizeof(name_cases[0]); i++) {
		size_t length = strlen(name_cases[i].safe);

		format_name(name_cases[i].name, whole, sizeof(whole));
		for (size = 0; size <= length + 1; size++) {
			size_t kept;

			memset(cut, GUARD_BYTE, sizeof(cut));
			format_name(name_cases[i].name, cut, size);
			assert_int_equal(cut[size], GUARD_BYTE);
			if (!size)
				continue;
			kept = strnlen(cut, size);
			assert_true(kept < size);
			if (size == length + 1) {
				assert_string_equal(cut, whole);
				continue;
			}
			if (size <= 4) {
				assert_memory_equal(cut, "...", kept);
				assert_int_equal(kept, size - 1);
				continue;
			}
			assert_true(kept >= 3);
			assert_string_equal(cut + kept - 3, "...");
			assert_memory_equal(cut, whole, kept - 3);
		}
	}
	/* at a character's boundary, and an escape counts as one */
	assert_string_equal(format_name("\xc3\xbc\xc3\xbc\xc3\xbc", cut, 7),
			    "\xc3\xbc\xc3\xbc\xc3\xbc");
	assert_string_equal(format_name("\xc3\xbc\xc3\xbc\xc3\xbc", cut, 6), "\xc3\xbc...");
	assert_string_equal(format_name("a\x1b\x1b", cut, 8), "a...");
	assert_string_equal(format_name("abcdefgh", cut, 8), "abcd...");
}

/* Runs with stderr in a file, and hands back what came there. */
static void capture(void (*run)(void), char *buffer, size_t size)
{
	FILE *file = tmpfile();
	int saved = dup(STDERR_FILENO);
	size_t got;

	assert_non_null(file);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	run();
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	rewind(file);
	got = fread(buffer, 1, size - 1, file);
	buffer[got] = '\0';
	fclose(file);
}

static void log_some(void)
{
	errno = EDOM;
	log_error("one %d", 1);
	assert_int_equal(errno, EDOM);
	log_warn("two\n%s", "\x1b[2J\\x1b");
	log_info("dropped");
	log_set_level(LOG_DEBUG);
	log_info("three");
	log_debug("four");
	log_set_level(LOG_ERROR);
	log_warn("dropped");
	log_set_level(LOG_WARN);
	log_note("dropped");
	log_warn("five");
	log_set_level(LOG_NOTE);
	log_note("six");
}

static void log_long(void)
{
	char text[5000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_error("%s", text);
}

static void log_lines(void **state)
{
	char buffer[8192];
	size_t length;

	(void)state;
	assert_int_equal(log_get_level(), LOG_NOTE);
	capture(log_some, buffer, sizeof(buffer));
	assert_string_equal(buffer, "pagewatch: one 1\n"
				    "pagewatch: two\\x0a\\x1b[2J\\x1b\n"
				    "pagewatch: three\n"
				    "pagewatch: four\n"
				    "pagewatch: five\n"
				    "pagewatch: six\n");
	capture(log_long, buffer, sizeof(buffer));
	length = strlen(buffer);
	assert_in_range(length, 1000, 1100);
	assert_string_equal(buffer + length - 6, "xx...\n");
}

static void set_test_points(int out, int in)
{
	char value[64];

	snprintf(value, sizeof(value), "%d,%d", out, in);
	setenv("PAGEWATCH_TEST_POINTS", value, 1);
	test_point_init();
	assert_null(getenv("PAGEWATCH_TEST_POINTS"));
}

static void test_point_holds(void **state)
{
	int out[2], in[2];
	char buffer[64];

	(void)state;
	test_point_init();
	test_point_wait("without the variable");
	setenv("PAGEWATCH_TEST_POINTS", "1", 1);
	test_point_init();
	test_point_wait("half a variable");
	set_test_points(998, 999);
	test_point_wait("closed descriptors");

	assert_int_equal(pipe(out), 0);
	assert_int_equal(pipe(in), 0);
	set_test_points(out[1], in[0]);
	assert_int_equal(fcntl(out[1], F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(in[0], F_GETFD), FD_CLOEXEC);
	assert_int_equal(write(in[1], "ab", 2), 2);
	test_point_wait("attached");
	test_point_wait("baseline");
	assert_int_equal(read(out[0], buffer, sizeof(buffer)), 18);
	assert_memory_equal(buffer, "attached\nbaseline\n", 18);
	/* end of file lets it go on for good */
	close(in[1]);
	test_point_wait("ended");
	test_point_wait("never written");
	close(out[1]);
	assert_int_equal(read(out[0], buffer, sizeof(buffer)), 6);
	assert_memory_equal(buffer, "ended\n", 6);
	close(out[0]);
	close(in[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes),     cmocka_unit_test(counts),
		cmocka_unit_test(names),     cmocka_unit_test(names_cut),
		cmocka_unit_test(log_lines), cmocka_unit_test(test_point_holds),
	};

	return cmocka_run_group_tests_name("format", tests, NULL, NULL);
}
