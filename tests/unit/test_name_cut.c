/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Names in fewer columns than they have: what tells them apart stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "render/name_cut.h"

static void expect(const char *name, const char *differs, uint32_t columns, const char *wanted)
{
	char cut[64];

	assert_int_equal(
		name_cut(name, (size_t)(strstr(name, differs) - name), columns, cut, sizeof(cut)),
		strlen(wanted));
	assert_string_equal(cut, wanted);
}

static void whole_words(void **state)
{
	(void)state;
	expect("__main__.model.weights", "model", 17, "..model.weights");
	expect("__main__.model.weights", "model", 16, "..model.weights");
	expect("__main__.model.weights", "model", 18, "__m..model.weights");
	expect("__main__.model.weights", "weights", 14, "__ma..weights");
	expect("__main__.model.layers[2]", "2]", 21, "__ma..model.layers[2]");
	expect("__main__.model.layers[2]", "2]", 17, "..model.layers[2]");
	expect("/usr/lib/numpy/_multiarray_umath.cpython-311-x86_64-linux-gnu.so", "_multi", 30,
	       "/usr/l.._multiarray_umath.cp..");
	expect("__main__.model", "model", 14, "__main__.model");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
