/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Names found by their hash: as Pythons hash them, in a real one's modules, in forged tables. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake_memory.h"
#include "forged_python.h"

/* As Pythons say themselves: PYTHONHASHSEED=0, where the key is 0. */
static void hashes(void **state)
{
	static const struct {
		const char *text;
		uint64_t until_310, since_311;
	} told[] = {
		{ "", 0, 0 },
		{ "sys", 15325370586921204491u, 8591962067542672579u },
		{ "__main__", 92588464656126996u, 2664822942440848973u },
		{ "numpy.core._multiarray_umath", 4064167841382659530u, 3734641025949508263u },
	};
	struct py_hash hash = { { 0, 0 }, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		hash.rounds = 2;
		assert_int_equal(py_str_hash(&hash, told[i].text, strlen(told[i].text)),
				 told[i].until_310);
		hash.rounds = 1;
		assert_int_equal(py_str_hash(&hash, told[i].text, strlen(told[i].text)),
				 told[i].since_311);
	}
}

/* A dict of one item, k, whose eight indices are all this one. */
static int get_by_hash(int8_t index, const char *name)
{
	static struct fake_memory memory;
	const uint8_t log2_size = 3;
	uint64_t dict, keys, entry, value = 0;
	int8_t indices[8];
	struct py py;
	int err;

	fake_memory__init(&memory, &py);
	dict = fake_memory__new(&memory, memory.dict, 48);
	keys = fake_memory__new(&memory, 0, 128);
	entry = at(keys, py.layout.dk_indices) + sizeof(indices);
	memset(indices, index, sizeof(indices));
	fake_memory__put_word(&memory, at(dict, py.layout.ma_keys), keys);
	fake_memory__put(&memory, at(keys, py.layout.dk_log2_size), &log2_size, 1);
	fake_memory__put_word(&memory, at(keys, py.layout.dk_nentries), 2);
	fake_memory__put(&memory, at(keys, py.layout.dk_indices), indices, sizeof(indices));
	fake_memory__put_word(&memory, entry + 8, fake_memory__new_str(&memory, "k"));
	fake_memory__put_word(&memory, entry + 16, dict);
	fake_memory__look_anew(&memory, &py);
	py.hash = (struct py_hash){ { 17, 4 }, 1 };
	err = py_dict_get(&py, dict, name, &value);
	assert_int_equal(value, err ? 0 : dict);
	fake_memory__deinit(&py);
	return err;
}

static void forged_indices(void **state)
{
	(void)state;
	assert_int_equal(get_by_hash(0, "k"), 0);
	assert_int_equal(get_by_hash(0, "l"), -ENOENT);
	/* None; deleted, without an end; an empty entry; entries that the dict does not have. */
	assert_int_equal(get_by_hash(-1, "k"), -ENOENT);
	assert_int_equal(get_by_hash(-2, "k"), -ENOENT);
	assert_int_equal(get_by_hash(1, "k"), -ENOENT);
	assert_int_equal(get_by_hash(2, "k"), -ENOENT);
	assert_int_equal(get_by_hash(127, "k"), -ENOENT);
	assert_int_equal(get_by_hash(-128, "k"), -ENOENT);
}

/* What find() has left, to be read on. */
static struct py reader_of(struct target *target)
{
	struct py py = target->py;

	py.memsrc = target->truth;
	py.types = py_types__new();
	assert_non_null(py.types);
	return py;
}

struct keys {
	struct py *py;
	uint64_t first;
	size_t count;
};

/* What the hash leads to is what a look at every key finds. */
static int is_found_by_hash(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	struct keys *keys = ctx;
	char name[PY_NAME_MAX];
	uint64_t found;

	(void)slot;
	assert_int_equal(py_string(keys->py, key, name, sizeof(name)), 0);
	assert_int_equal(py_dict_get(keys->py, keys->py->modules, name, &found), 0);
	assert_int_equal(found, value);
	if (!keys->count++)
		keys->first = key;
	return 0;
}

static void real_modules(void **state)
{
	struct target *target = *state;
	struct keys keys = { 0 };
	uint64_t found;
	struct py py;

	if (!target)
		skip();
	find_truth(target);
	py = reader_of(target);
	assert_int_equal(py.hash.rounds, py.layout.minor >= 11 ? 1 : 2);
	keys.py = &py;
	assert_int_equal(py_each_item(&py, py.modules, is_found_by_hash, &keys), 0);
	assert_true(keys.count > 20);
	assert_int_equal(py_dict_get(&py, py.modules, "sy", &found), -ENOENT);
	py_types__free(py.types);
	/* A hash that is made in another way is not used, and all is found all the same. */
	forge(target, at(keys.first, py.layout.uc_length + 8), 4711);
	assert_int_equal(find(target), 0);
	py = reader_of(target);
	assert_int_equal(py.hash.rounds, 0);
	keys.count = 0;
	assert_int_equal(py_each_item(&py, py.modules, is_found_by_hash, &keys), 0);
	assert_true(keys.count > 20);
	assert_int_equal(py_dict_get(&py, py.modules, "sy", &found), -ENOENT);
	py_types__free(py.types);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(hashes),
					    cmocka_unit_test(forged_indices),
					    cmocka_unit_test(real_modules) };

	return cmocka_run_group_tests(tests, forged_python_start, forged_python_end);
}
