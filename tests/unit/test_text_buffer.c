/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Text that grows, and text that is cut where the caller's memory ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void grows(void **state)
{
	struct text_buffer buffer = { 0 };
	char *text = NULL;
	int i;

	(void)state;
	for (i = 0; i < 1009; i++)
		text_buffer__addf(&buffer, "%04d,", i);
	text_buffer__shorten(&buffer, buffer.length - 1);
	text_buffer__add(&buffer, "!");
	text_buffer__add_bytes(&buffer, "abc", 2);
	assert_int_equal(buffer.length, 1009 * 5 + 2);
	assert_int_equal(text_buffer__take(&buffer, &text), 0);
	assert_null(buffer.text);
	assert_int_equal(strlen(text), 1009 * 5 + 2);
	assert_memory_equal(text, "0000,0001,", 10);
	assert_string_equal(text + 1008 * 5, "1008!ab");
	free(text);
}

static void nothing_is_an_empty_text(void **state)
{
	struct text_buffer buffer = { 0 };
	char *text = NULL;

	(void)state;
	assert_int_equal(text_buffer__take(&buffer, &text), 0);
	assert_string_equal(text, "");
	free(text);
	text_buffer__deinit(&buffer);
}

/* Each size of the caller's memory: what fits is there, the byte behind is untouched. */
static void is_cut_in_borrowed_memory(void **state)
{
	static const char whole[] = "12,345,";
	size_t size;

	(void)state;
	for (size = 1; size < 13; size++) {
		char memory[16];
		struct text_buffer buffer;
		size_t fits = size - 1 < strlen(whole) ? size - 1 : strlen(whole);

		memset(memory, '#', sizeof(memory));
		buffer = text_buffer__over(memory, size);
		text_buffer__addf(&buffer, "%d,", 12);
		text_buffer__add(&buffer, "345");
		text_buffer__add_bytes(&buffer, ",,", 1);
		assert_int_equal(buffer.length, fits);
		assert_int_equal(strlen(memory), fits);
		assert_memory_equal(memory, whole, fits);
		assert_int_equal(buffer.cut, fits < strlen(whole));
		assert_int_equal(memory[size], '#');
		text_buffer__deinit(&buffer);
	}
}

static void goes_on_behind_a_text(void **state)
{
	char memory[8] = "abc";
	struct text_buffer buffer = text_buffer__behind(memory, sizeof(memory));

	(void)state;
	text_buffer__add(&buffer, "defghi");
	assert_string_equal(memory, "abcdefg");
	assert_true(buffer.cut);
}

/* More than the address space. */
static void no_memory_is_kept(void **state)
{
	struct text_buffer buffer = { 0 };
	char *text = NULL;

	(void)state;
	text_buffer__add(&buffer, "abc");
	text_buffer__add_bytes(&buffer, "", SIZE_MAX);
	text_buffer__add(&buffer, "def");
	text_buffer__addf(&buffer, "%d", 1);
	assert_true(text_buffer__take(&buffer, &text) < 0);
	assert_null(text);
	assert_null(buffer.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(nothing_is_an_empty_text),
		cmocka_unit_test(is_cut_in_borrowed_memory),
		cmocka_unit_test(goes_on_behind_a_text),
		cmocka_unit_test(no_memory_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
