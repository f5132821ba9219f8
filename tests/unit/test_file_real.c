/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Data files of their real writers, whole and cut off anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "made_file.h"

/* As their writers made them; fuzzers begin with these as well. */
struct real_file {
	const char *path;
	enum file_format format;
	size_t arrays;
};

static struct made read_real(const char *path)
{
	struct made file = { 0 };
	FILE *stream = fopen(path, "rb");

	if (!stream)
		fail_msg("cannot open %s", path);
	file.count = fread(file.bytes, 1, sizeof(file.bytes), stream);
	assert_true(file.count < sizeof(file.bytes));
	fclose(stream);
	return file;
}

static void need_within(const struct file_layout *layout, size_t bytes)
{
	uint64_t taken = 0;
	size_t i;

	for (i = 0; i < layout->count; i++) {
		assert_true(layout->arrays[i].offset >= taken);
		assert_true(layout->arrays[i].end >= layout->arrays[i].offset);
		assert_true(layout->arrays[i].end <= bytes);
		taken = layout->arrays[i].end;
	}
}

/* Names are in a pickle; without it, or with a damaged one, storages have those of their entries. */
static void test_names_of_torch(void **state)
{
	struct made file = read_real("tests/fuzz/corpus/fuzz_zip/torch");
	struct file_layout layout = look_at_made(&file);
	size_t at;

	(void)state;
	assert_string_equal(layout.arrays[0].name, "model.layers.0.weight");
	assert_string_equal(layout.arrays[0].dtype, "float32");
	assert_int_equal(layout.arrays[0].dims[1], 10);
	assert_int_equal(layout.arrays[0].item_bytes, 4);
	assert_string_equal(layout.arrays[1].name, "model.layers.0.bias");
	/* Of 250 numbers only one is there. */
	assert_int_equal(layout.arrays[1].item_bytes, 0);
	file_layout__deinit(&layout);
	for (at = 0; memcmp(file.bytes + at, "ccollections", 12); at++)
		assert_true(at < file.count);
	file.bytes[at] = '!';
	layout = look_at_made(&file);
	assert_int_equal(layout.count, 2);
	assert_null(layout.cut);
	assert_string_equal(layout.arrays[0].name, "data/0");
	assert_false(layout.arrays[0].shaped);
	file_layout__deinit(&layout);
}

static void cut_off(const struct real_file *real, struct made *file)
{
	struct file_layout layout;

	while (file->count-- > 0) {
		layout = look_at_made(file);
		need_within(&layout, file->count);
		assert_true(layout.count <= real->arrays);
		file_layout__deinit(&layout);
	}
}

/* Whole they are whole; wherever they are cut off, nothing lies behind their end. */
static void test_real_files_cut_off(void **state)
{
	static const struct real_file files[] = {
		{ "fuzz_safetensors/four", FILE_SAFETENSORS, 4 },
		{ "fuzz_gguf/model", FILE_GGUF, 2 },
		{ "fuzz_npy/fortran", FILE_NPY, 1 },
		{ "fuzz_npy/records", FILE_NPY, 1 },
		{ "fuzz_zip/npz", FILE_NPZ, 2 },
		{ "fuzz_zip/torch", FILE_PYTORCH, 2 },
		{ "fuzz_arrow_file/stream", FILE_ARROW, 12 },
		{ "fuzz_arrow_file/file", FILE_ARROW, 2 },
		{ "fuzz_parquet/table", FILE_PARQUET, 4 },
	};
	struct file_layout layout;
	struct made file;
	char path[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "tests/fuzz/corpus/%s", files[i].path);
		file = read_real(path);
		layout = look_at_made(&file);
		assert_int_equal(layout.format, files[i].format);
		assert_int_equal(layout.count, files[i].arrays);
		assert_null(layout.cut);
		assert_int_equal(layout.dropped + layout.unmeasured + layout.overlapping +
					 layout.outside + layout.clipped,
				 0);
		file_layout__deinit(&layout);
		cut_off(&files[i], &file);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_files_cut_off),
		cmocka_unit_test(test_names_of_torch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
