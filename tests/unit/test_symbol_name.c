/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Symbols as the source spells them, and symbols that nobody's source has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "arrays/symbol_name.h"

static const struct {
	const char *symbol;
	bool fortran;
	const char *name; /* NULL: stands for itself */
} names[] = {
	{ "_ZN2ns3BoxIdE4gridE", false, "ns::Box<double>::grid" },
	{ "_ZZN2ns1fEiE3buf", false, "ns::f(int)::buf" },
	{ "_ZN2ns12_GLOBAL__N_16hiddenE", false, "ns::(anonymous namespace)::hidden" },
	{ "_ZN2ns3varILi300EEE", false, "ns::var<300>" },
	{ "_Zebra", false, NULL },
	{ "_Z", false, NULL },
	{ "i", false, NULL },
	{ "__fields_MOD_grid", false, "fields::grid" },
	{ "__fields_MOD_", false, NULL },
	{ "___MOD_grid", false, NULL },
	{ "_MOD_x", true, NULL },
	{ "__my_mod_MOD_my_x", true, "my_mod::my_x" },
	{ "blk_", true, "blk" },
	{ "blk_", false, NULL },
	{ "_", true, NULL },
	{ "_hidden_", true, NULL },
	{ "__BLNK__", true, NULL },
	{ "grid", true, NULL },
	{ "x.1234", true, NULL },
	{ "", true, NULL },
};

static void names_of_compilers(void **state)
{
	char name[SYMBOL_NAME_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool told = symbol_name(names[i].symbol, names[i].fortran, name);

		assert_int_equal(told, names[i].name != NULL);
		assert_string_equal(name, names[i].name ? names[i].name : "");
		/* What a name may be asked for by must pass the cheap test. */
		if (told)
			assert_true(symbol_may_be(names[i].symbol, name));
	}
}

static void cheap_test(void **state)
{
	(void)state;
	assert_true(symbol_may_be("grid", "grid"));
	assert_true(symbol_may_be("grid.17", "grid"));
	assert_true(symbol_may_be("grid.17", "sub::grid"));
	assert_true(symbol_may_be("grid_", "grid"));
	assert_false(symbol_may_be("grid2", "grid"));
	assert_false(symbol_may_be("mygrid", "grid"));
	assert_false(symbol_may_be("_ZN2ns6mygridE", "ns::grid"));
	assert_false(symbol_may_be("__fields_MOD_mygrid", "fields::grid"));
	assert_false(symbol_may_be("grid", "::"));
	assert_false(symbol_may_be("grid", ""));
	assert_int_equal(symbol_base_length("buf.0"), 3);
	assert_int_equal(symbol_base_length(".buf"), 4);
	assert_int_equal(symbol_base_length("buf"), 3);
	assert_int_equal(symbol_base_length(""), 0);
}

static double seconds_of(const char *symbol)
{
	char name[SYMBOL_NAME_MAX];
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	symbol_name(symbol, true, name);
	clock_gettime(CLOCK_MONOTONIC, &end);
	return (double)(end.tv_sec - begin.tv_sec) + (double)(end.tv_nsec - begin.tv_nsec) / 1e9;
}

/* f(X<i, i>, X<that, that>, X<that, that>, ...): each parameter is twice as long as the last. */
static void doubled(char *symbol, size_t size, unsigned int levels)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t used = (size_t)snprintf(symbol, size, "_Z1f1XIiiE");
	unsigned int i;

	for (i = 0; i < levels && i < sizeof(digits) - 1 && used + 16 < size; i++)
		used += (size_t)snprintf(symbol + used, size - used, "S_IS%c_S%c_E", digits[i],
					 digits[i]);
}

static void hostile_names(void **state)
{
	char symbol[9000], name[SYMBOL_NAME_MAX];
	uint64_t seed = 23;
	unsigned int i, levels;

	(void)state;
	for (levels = 0; levels < 36; levels++) {
		doubled(symbol, sizeof(symbol), levels);
		assert_true(seconds_of(symbol) < 0.5);
	}
	doubled(symbol, sizeof(symbol), 2);
	assert_true(symbol_name(symbol, false, name));
	assert_string_equal(name,
			    "f(X<int, int>, X<X<int, int>, X<int, int> >, "
			    "X<X<X<int, int>, X<int, int> >, X<X<int, int>, X<int, int> > >)");
	/* Deep, and long. */
	memset(symbol, 'P', sizeof(symbol));
	memcpy(symbol, "_Z1f", 4);
	symbol[sizeof(symbol) - 1] = '\0';
	assert_false(symbol_name(symbol, true, name));
	symbol[400] = '\0';
	assert_true(seconds_of(symbol) < 0.5);
	snprintf(symbol, sizeof(symbol), "_ZN%0512u", 7);
	assert_false(symbol_name(symbol, true, name));
	for (i = 0; i < 200000; i++) {
		static const char letters[] = "_ZNSTIEJDpXYLKPRFvi0123456789abc.$";
		size_t length = 2 + i % 90, j;

		memcpy(symbol, "_Z", 2);
		for (j = 2; j < length; j++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			symbol[j] = letters[(seed >> 33) % (sizeof(letters) - 1)];
		}
		symbol[length] = '\0';
		if (symbol_name(symbol, i % 2, name))
			assert_true(strlen(name) > 0 && strlen(name) < SYMBOL_NAME_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_compilers),
		cmocka_unit_test(cheap_test),
		cmocka_unit_test(hostile_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
