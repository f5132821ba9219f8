/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Names in a Python that moves on between the walk and the second look at what led to its arrays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "arrays/python/find.h"
#include "arrays/python/python.h"
#include "forged_python.h"

#define SCRIPT                                                                                     \
	"import sys\n"                                                                             \
	"import numpy as np\n"                                                                     \
	"one, two = np.ones(3001), np.ones(4001)\n"                                                \
	"other = type(sys)('other')\n"                                                             \
	"other.third = np.ones(5001)\n"                                                            \
	"modules = sys.modules\n"                                                                  \
	"modules['other'] = other\n"                                                               \
	"copied = dict(modules)\n"                                                                 \
	"del other\n"

static int start(void **state)
{
	return forged_python_run(state, SCRIPT);
}

static struct py_named variable_of(struct py *py, const char *name)
{
	struct py_named variable = { .py = py, .name = name };
	uint64_t dict;

	assert_int_equal(py_module_dict(py, "__main__", &dict), 0);
	assert_int_equal(py_each_item(py, dict, py_visit_named, &variable), 1);
	return variable;
}

/* The name and the aliases of an array, "name|alias|alias"; how many were not verified. */
static size_t names_within(struct target *target, uint64_t object, size_t max_links, char *ret,
			   size_t size)
{
	const struct python_options options = { .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE),
						.min_bytes = 20000,
						.deadline_ms = 10000,
						.max_pages = PAGES_MAX,
						.max_links = max_links };
	struct memsrc *memsrc = forged_memory(target);
	struct array_list list = { 0 };
	struct python_report report;
	size_t i, j;

	*ret = '\0';
	assert_int_equal(python_scan_memory(memsrc, target->proc, &target->vmas, target->runtime,
					    &options, &list, &report),
			 0);
	for (i = 0; i < list.count; i++) {
		const struct array_desc *array = &list.arrays[i];

		for (j = 0; array->object == object && j <= array->alias_count; j++) {
			strncat(ret, j ? "|" : "", size - strlen(ret) - 1);
			strncat(ret, j ? array->aliases[j - 1] : array->name,
				size - strlen(ret) - 1);
		}
		array_desc__deinit(&list.arrays[i]);
	}
	free(list.arrays);
	memsrc__close(memsrc);
	return report.unverified;
}

static void names_of(struct target *target, uint64_t object, char *ret, size_t size)
{
	assert_int_equal(names_within(target, object, 0, ret, size), 0);
}

/* After a look at which all was forged: the same again, and then the truth. */
static void last_look_is_true(struct target *target)
{
	if (target->forged_loads == SIZE_MAX)
		target->forged_loads = target->loads - 1;
	target->loads = 0;
}

static void names_that_are_past(void **state)
{
	struct target *target = *state;
	struct py_named one, two;
	char names[256];
	struct py py;

	if (!target)
		skip();
	find_truth(target);
	py = target->py;
	py.memsrc = target->truth;
	py.types = py_types__new();
	assert_non_null(py.types);
	one = variable_of(&py, "one");
	two = variable_of(&py, "two");
	py_types__free(py.types);
	names_of(target, one.value, names, sizeof(names));
	assert_string_equal(names, "__main__.one");
	/* Both names are of the second array, at each look. */
	forge(target, one.slot, two.value);
	target->loads = 0;
	names_of(target, two.value, names, sizeof(names));
	assert_string_equal(names, "__main__.one|__main__.two");
	/* But for the last: the shorter name is taken back, the other takes its place. */
	last_look_is_true(target);
	names_of(target, two.value, names, sizeof(names));
	assert_string_equal(names, "__main__.two");
	last_look_is_true(target);
	names_of(target, one.value, names, sizeof(names));
	assert_string_equal(names, "<unnamed>");
}

/* The value of an entry of a dict that __main__ has. */
static struct py_named item_of(struct py *py, const char *dict, const char *key)
{
	struct py_named item = { .py = py, .name = key };

	assert_int_equal(py_each_item(py, variable_of(py, dict).value, py_visit_named, &item), 1);
	return item;
}

/* sys.modules was another table at each look but the last: what was found by way of that is not so. */
static void modules_that_are_past(void **state)
{
	struct target *target = *state;
	struct py_named other, third;
	uint64_t modules, copied;
	char names[256];
	struct py py;

	if (!target)
		skip();
	find_truth(target);
	py = target->py;
	py.memsrc = target->truth;
	py.types = py_types__new();
	assert_non_null(py.types);
	other = item_of(&py, "copied", "other");
	third = (struct py_named){ .py = &py, .name = "third" };
	assert_int_equal(py_each_item(&py, truth(target, at(other.value, py.layout.md_dict)),
				      py_visit_named, &third),
			 1);
	modules = at(target->py.modules, py.layout.ma_keys);
	copied = truth(target, at(variable_of(&py, "copied").value, py.layout.ma_keys));
	py_types__free(py.types);
	names_of(target, third.value, names, sizeof(names));
	assert_string_equal(names, "other.third");
	forge(target, modules, copied);
	target->loads = 0;
	names_of(target, third.value, names, sizeof(names));
	assert_string_equal(names, "other.third");
	last_look_is_true(target);
	names_of(target, third.value, names, sizeof(names));
	assert_string_equal(names, "<unnamed>");
}

/* Names whose words have no room are not given, and counted. */
static void too_many_words(void **state)
{
	struct target *target = *state;
	struct py_named one;
	char names[256];
	struct py py;

	if (!target)
		skip();
	find_truth(target);
	py = target->py;
	py.memsrc = target->truth;
	py.types = py_types__new();
	assert_non_null(py.types);
	one = variable_of(&py, "one");
	py_types__free(py.types);
	/* One, two and the third. */
	assert_true(names_within(target, one.value, 1, names, sizeof(names)) >= 3);
	assert_string_equal(names, "<unnamed>");
	assert_int_equal(names_within(target, one.value, 0, names, sizeof(names)), 0);
	assert_string_equal(names, "__main__.one");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names_that_are_past),
					    cmocka_unit_test(modules_that_are_past),
					    cmocka_unit_test(too_many_words) };

	return cmocka_run_group_tests(tests, start, forged_python_end);
}
