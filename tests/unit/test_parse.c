/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Strict parsing: what is taken, what is refused, and that a refusal changes nothing. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/parse.h"

#define UNTOUCHED 0x5eedull

struct parse_case {
	const char *text;
	int err;
	uint64_t value;
};

static void check(const struct parse_case *cases, size_t count,
		  int (*parse)(const char *text, uint64_t *ret))
{
	size_t i;

	for (i = 0; i < count; i++) {
		uint64_t value = UNTOUCHED;
		int err = parse(cases[i].text, &value);

		if (err != cases[i].err || value != (err ? UNTOUCHED : cases[i].value))
			fail_msg("'%s': %d, %llu", cases[i].text, err, (unsigned long long)value);
	}
}

#define CHECK(cases, parse) check(cases, sizeof(cases) / sizeof(cases[0]), parse)

static int parse_3_to_97(const char *text, uint64_t *ret)
{
	return parse_u64(text, 3, 97, ret);
}

static int parse_any(const char *text, uint64_t *ret)
{
	return parse_u64(text, 0, UINT64_MAX, ret);
}

static void numbers(void **state)
{
	static const struct parse_case small[] = {
		{ "3", 0, 3 },
		{ "97", 0, 97 },
		{ "0097", 0, 97 },
		{ "2", -ERANGE, 0 },
		{ "98", -ERANGE, 0 },
		{ "99999999999999999999999", -ERANGE, 0 },
		{ "", -EINVAL, 0 },
		{ " 5", -EINVAL, 0 },
		{ "5 ", -EINVAL, 0 },
		{ "+5", -EINVAL, 0 },
		{ "-5", -EINVAL, 0 },
		{ "5\n", -EINVAL, 0 },
		{ "0x5", -EINVAL, 0 },
		{ "5.0", -EINVAL, 0 },
		{ "5a", -EINVAL, 0 },
		{ "a", -EINVAL, 0 },
		{ "99999999999999999999999x", -EINVAL, 0 },
		{ "\xd9\xa3", -EINVAL, 0 },
	};
	static const struct parse_case wide[] = {
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "184467440737095516150", -ERANGE, 0 },
		{ "0", 0, 0 },
	};

	(void)state;
	CHECK(small, parse_3_to_97);
	CHECK(wide, parse_any);
}

static void addresses(void **state)
{
	static const struct parse_case cases[] = {
		{ "0x7f00DEADb000", 0, 0x7f00deadb000 },
		{ "0X10", 0, 16 },
		{ "4099", 0, 4099 },
		{ "0xffffffffffffffff", 0, UINT64_MAX },
		{ "0x10000000000000000", -ERANGE, 0 },
		{ "0x", -EINVAL, 0 },
		{ "0x0x1", -EINVAL, 0 },
		{ "7f00", -EINVAL, 0 },
		{ "0xg", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "0", 0, 0 },
		{ "0x-1", -EINVAL, 0 },
	};

	(void)state;
	CHECK(cases, parse_address);
}

static void bytes(void **state)
{
	static const struct parse_case cases[] = {
		{ "0", 0, 0 },
		{ "4099", 0, 4099 },
		{ "3K", 0, 3072 },
		{ "3KiB", 0, 3072 },
		{ "7M", 0, 7ull << 20 },
		{ "7MiB", 0, 7ull << 20 },
		{ "5G", 0, 5ull << 30 },
		{ "5GiB", 0, 5ull << 30 },
		{ "11T", 0, 11ull << 40 },
		{ "11TiB", 0, 11ull << 40 },
		{ "16777215T", 0, 16777215ull << 40 },
		{ "16777216T", -ERANGE, 0 },
		{ "18446744073709551616K", -ERANGE, 0 },
		{ "18446744073709551616x", -EINVAL, 0 },
		{ "1kB", -EDOM, 0 },
		{ "1KB", -EDOM, 0 },
		{ "1MB", -EDOM, 0 },
		{ "1GB", -EDOM, 0 },
		{ "1TB", -EDOM, 0 },
		{ "1k", -EINVAL, 0 },
		{ "1Ki", -EINVAL, 0 },
		{ "1B", -EINVAL, 0 },
		{ "K", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "1.5G", -EINVAL, 0 },
		{ "1 K", -EINVAL, 0 },
		{ "1KiBx", -EINVAL, 0 },
		{ "-1K", -EINVAL, 0 },
		{ "1iB", -EINVAL, 0 },
	};

	(void)state;
	CHECK(cases, parse_bytes);
}

static void durations(void **state)
{
	static const struct parse_case cases[] = {
		{ "1", 0, 1000000000 },
		{ "1s", 0, 1000000000 },
		{ "500ms", 0, 500000000 },
		{ "1.5", 0, 1500000000 },
		{ "1.5s", 0, 1500000000 },
		{ "0.001", 0, 1000000 },
		{ "1ms", 0, 1000000 },
		{ "1.000001ms", 0, 1000001 },
		{ "0.123456789", 0, 123456789 },
		{ "86400", 0, 86400000000000 },
		{ "86400.000000001", -ERANGE, 0 },
		{ "86401s", -ERANGE, 0 },
		{ "0", -ERANGE, 0 },
		{ "0.0009", -ERANGE, 0 },
		{ "0.999999ms", -ERANGE, 0 },
		{ "99999999999999999999999", -ERANGE, 0 },
		{ "18446744073710s", -ERANGE, 0 },
		{ "18446744073709551615ms", -ERANGE, 0 },
		{ "0.1234567891", -EINVAL, 0 },
		{ "1.0000001ms", -EINVAL, 0 },
		{ "1.", -EINVAL, 0 },
		{ ".5", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "s", -EINVAL, 0 },
		{ "ms", -EINVAL, 0 },
		{ "1m", -EINVAL, 0 },
		{ "1us", -EINVAL, 0 },
		{ "1 s", -EINVAL, 0 },
		{ "1ss", -EINVAL, 0 },
		{ "1sms", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "1e3", -EINVAL, 0 },
		{ "1.5.5", -EINVAL, 0 },
		{ "1,5", -EINVAL, 0 },
	};

	(void)state;
	CHECK(cases, parse_duration);
}

static void array_grows(void **state)
{
	size_t capacity = 0;
	void *data = NULL;
	void *before;

	(void)state;
	assert_int_equal(array_reserve(&data, &capacity, 0, 24), 0);
	assert_null(data);
	assert_int_equal(array_reserve(&data, &capacity, 1, 24), 0);
	assert_true(capacity >= 1);
	assert_int_equal(array_reserve(&data, &capacity, 1009, 24), 0);
	assert_true(capacity >= 1009 && capacity <= 2 * 1009);
	((char *)data)[1009 * 24 - 1] = 1;
	before = data;
	assert_int_equal(array_reserve(&data, &capacity, 1009, 24), 0);
	assert_ptr_equal(data, before);
	before = data;
	assert_int_equal(array_reserve(&data, &capacity, SIZE_MAX, 24), -ENOMEM);
	assert_int_equal(array_reserve(&data, &capacity, SIZE_MAX / 24 + 1, 24), -ENOMEM);
	assert_ptr_equal(data, before);
	assert_int_equal(((char *)data)[1009 * 24 - 1], 1);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),   cmocka_unit_test(addresses),   cmocka_unit_test(bytes),
		cmocka_unit_test(durations), cmocka_unit_test(array_grows),
	};

	return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
