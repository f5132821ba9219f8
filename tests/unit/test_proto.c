/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The wire format against bytes that its documentation gives, and a message that is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "render/proto.h"

static void numbers_have_seven_bits_a_byte(void **state)
{
	static const struct {
		uint32_t field;
		uint64_t value;
		const char *bytes;
		size_t length;
	} cases[] = {
		{ 1, 0, "\x08\x00", 2 },
		{ 1, 150, "\x08\x96\x01", 3 },
		{ 1, 127, "\x08\x7f", 2 },
		{ 1, 128, "\x08\x80\x01", 3 },
		{ 15, 1, "\x78\x01", 2 },
		{ 16, 1, "\x80\x01\x01", 3 },
		{ (1u << 29) - 1, 1, "\xf8\xff\xff\xff\x0f\x01", 6 },
		{ 1, INT64_MAX, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10 },
		{ 1, 1ull << 63, "\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11 },
		{ 1, UINT64_MAX, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct proto proto = { 0 };

		proto_count(&proto, cases[i].field, cases[i].value);
		assert_int_equal(proto.length, cases[i].length);
		assert_memory_equal(proto.bytes, cases[i].bytes, cases[i].length);
		assert_false(proto.cut);
	}
}

static void messages_lie_in_messages(void **state)
{
	static const unsigned char bytes[] = { 0x1a, 0x03, 0x08, 0x96, 0x01, 0x12, 0x00,
					       0x12, 0x02, 'h',	 'i',  0x1a, 0x00 };
	struct proto outer = { 0 }, inner = { 0 }, empty = { 0 };

	(void)state;
	proto_count(&inner, 1, 150);
	proto_message(&outer, 3, &inner);
	proto_text(&outer, 2, "");
	proto_text(&outer, 2, "hi");
	proto_message(&outer, 3, &empty);
	assert_int_equal(outer.length, sizeof(bytes));
	assert_memory_equal(outer.bytes, bytes, sizeof(bytes));
	assert_false(outer.cut);
}

/* A field and its length take three bytes. */
static char *text_of(size_t length)
{
	char *text = malloc(length + 1);

	assert_non_null(text);
	memset(text, 'x', length);
	text[length] = '\0';
	return text;
}

static void what_has_no_room_is_left_out_whole(void **state)
{
	char *fits = text_of(PROTO_MAX - 3), *longer = text_of(PROTO_MAX - 2);
	struct proto proto = { 0 }, outer = { 0 };

	(void)state;
	proto_text(&proto, 1, longer);
	assert_int_equal(proto.length, 0);
	assert_true(proto.cut);
	proto = (struct proto){ 0 };
	proto_text(&proto, 1, fits);
	assert_int_equal(proto.length, PROTO_MAX);
	assert_false(proto.cut);
	proto_count(&proto, 1, 1);
	assert_int_equal(proto.length, PROTO_MAX);
	assert_true(proto.cut);
	proto_message(&outer, 1, &proto);
	assert_int_equal(outer.length, 0);
	assert_true(outer.cut);
	free(fits);
	free(longer);
}

/* What lies in a message knows whether something of it is missing. */
static void a_cut_is_told_to_the_message_around_it(void **state)
{
	char *longer = text_of(PROTO_MAX);
	struct proto inner = { 0 }, outer = { 0 };

	(void)state;
	proto_text(&inner, 1, longer);
	proto_count(&inner, 2, 1);
	proto_message(&outer, 1, &inner);
	assert_memory_equal(outer.bytes, "\x0a\x02\x10\x01", 4);
	assert_true(outer.cut);
	free(longer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_seven_bits_a_byte),
		cmocka_unit_test(messages_lie_in_messages),
		cmocka_unit_test(what_has_no_room_is_left_out_whole),
		cmocka_unit_test(a_cut_is_told_to_the_message_around_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
