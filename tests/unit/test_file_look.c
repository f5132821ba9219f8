/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Headers of data files, as their writers make them and as nobody should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "arrays/files/file_arrays.h"
#include "arrays/files/file_look.h"
#include "made_file.h"

static void put_bytes(struct made *file, const void *bytes, size_t count)
{
	assert_true(file->count + count <= sizeof(file->bytes));
	memcpy(file->bytes + file->count, bytes, count);
	file->count += count;
}

/* Little-endian. */
static void put_number(struct made *file, uint64_t number, size_t count)
{
	for (; count; count--, number >>= 8)
		put_bytes(file, &(uint8_t){ (uint8_t)number }, 1);
}

static void put_text(struct made *file, const char *text)
{
	put_bytes(file, text, strlen(text));
}

static void put_zeros(struct made *file, size_t count)
{
	for (; count; count--)
		put_number(file, 0, 1);
}

static struct file_layout look_at_json(const char *json, size_t data)
{
	struct made file = { 0 };

	put_number(&file, strlen(json), 8);
	put_text(&file, json);
	put_zeros(&file, data);
	return look_at_made(&file);
}

/* Offsets count from the end of a header of `header` bytes. */
static void need_array(const struct file_layout *layout, size_t i, const char *name,
		       uint64_t header, uint64_t from, uint64_t to)
{
	assert_true(i < layout->count);
	assert_string_equal(layout->arrays[i].name, name);
	assert_int_equal(layout->arrays[i].offset, header + from);
	assert_int_equal(layout->arrays[i].end, header + to);
}

static void test_safetensors(void **state)
{
	const char *json =
		"{\"__metadata__\":{\"a\":\"{[\\\"\"}, \"w\":{\"dtype\":\"BF16\",\"shape\":"
		"[2,3],\"data_offsets\":[8,20]}, \"b\\u00fc\":{\"data_offsets\":[0,8],"
		"\"shape\":[],\"dtype\":\"F64\",\"more\":[[{}],null,-1.5e3]}}  ";
	struct file_layout layout = look_at_json(json, 20);
	uint64_t header = 8 + strlen(json);

	(void)state;
	assert_int_equal(layout.format, FILE_SAFETENSORS);
	assert_null(layout.cut);
	assert_int_equal(layout.count, 2);
	need_array(&layout, 0, "b\xc3\xbc", header, 0, 8);
	need_array(&layout, 1, "w", header, 8, 20);
	assert_int_equal(layout.arrays[1].ndim, 2);
	assert_int_equal(layout.arrays[1].dims[1], 3);
	assert_int_equal(layout.arrays[1].item_bytes, 2);
	assert_string_equal(layout.arrays[1].dtype, "BF16");
	file_layout__deinit(&layout);
}

/* What does not fit in the file, and what lies on something else. */
static void test_ranges(void **state)
{
	const char *json = "{\"a\":{\"data_offsets\":[0,8]},\"b\":{\"data_offsets\":[4,12]},"
			   "\"c\":{\"data_offsets\":[12,30]},\"d\":{\"data_offsets\":[20,24]},"
			   "\"z\":{\"data_offsets\":[12,12]},"
			   "\"f\":{\"data_offsets\":[18446744073709551600,18446744073709551601]}}";
	struct file_layout layout = look_at_json(json, 20);
	uint64_t header = 8 + strlen(json);

	(void)state;
	assert_int_equal(layout.count, 3);
	need_array(&layout, 0, "a", header, 0, 8);
	need_array(&layout, 1, "z", header, 12, 12);
	need_array(&layout, 2, "c", header, 12, 20);
	assert_int_equal(layout.overlapping, 1);
	assert_int_equal(layout.clipped, 1);
	assert_int_equal(layout.outside, 2);
	file_layout__deinit(&layout);
}

static void test_damaged_json(void **state)
{
	static const char *const damaged[] = {
		"{ ",
		"{\"a\"",
		"{\"a\":}",
		"{\"a\":{\"data_offsets\":[1]}}",
		"{} ,",
		"{\"__metadata__\":{},}",
		"{\"a\":{\"data_offsets\":[9,8]}}",
		"{\"a\":{\"data_offsets\":[0,1.5]}}",
		"{\"a\":{\"data_offsets\":[0,99999999999999999999]}}",
		"{\"a\\q\":{}}",
		"{\"\\ud800\\u0041\":{}}",
		"{\"a\":{\"shape\":[1 2]}}",
		"{\"__metadata__\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(damaged) / sizeof(*damaged); i++) {
		struct file_layout layout = look_at_json(damaged[i], 20);

		/* What follows the object is not read. */
		if (!strcmp(damaged[i], "{} ,"))
			assert_null(layout.cut);
		else if (!layout.cut)
			fail_msg("%s", damaged[i]);
		assert_int_equal(layout.count, 0);
		file_layout__deinit(&layout);
	}
}

static void test_names_have_a_bound(void **state)
{
	char json[3000];
	struct file_layout layout;

	(void)state;
	snprintf(json, sizeof(json),
		 "{\"%0*d\":{\"data_offsets\":[0,1]},\"%0*d\":{\"data_offsets\":[1,2]}}",
		 (int)FILE_NAME_BYTES, 0, (int)FILE_NAME_BYTES + 1, 0);
	layout = look_at_json(json, 20);
	assert_int_equal(layout.count, 1);
	assert_int_equal(strlen(layout.arrays[0].name), FILE_NAME_BYTES);
	assert_int_equal(layout.dropped, 1);
	file_layout__deinit(&layout);
}

static void put_gguf_string(struct made *file, const char *text)
{
	put_number(file, strlen(text), 8);
	put_text(file, text);
}

static void put_tensor(struct made *file, const char *name, uint64_t length, uint32_t type,
		       uint64_t offset)
{
	put_gguf_string(file, name);
	put_number(file, 1, 4);
	put_number(file, length, 8);
	put_number(file, type, 4);
	put_number(file, offset, 8);
}

static struct made made_gguf(uint32_t version, uint32_t alignment)
{
	struct made file = { 0 };

	put_text(&file, "GGUF");
	put_number(&file, version, 4);
	put_number(&file, 3, 8);
	put_number(&file, 2, 8);
	put_gguf_string(&file, "list");
	put_number(&file, 9, 4);
	put_number(&file, 8, 4);
	put_number(&file, 2, 8);
	put_gguf_string(&file, "one");
	put_gguf_string(&file, "");
	put_gguf_string(&file, "general.alignment");
	put_number(&file, 4, 4);
	put_number(&file, alignment, 4);
	put_tensor(&file, "blk.0.w", 64, 2, 256);
	put_tensor(&file, "norm", 3, 0, 0);
	put_tensor(&file, "new", 3, 1000, 512);
	return file;
}

static void test_gguf(void **state)
{
	struct made file = made_gguf(3, 128);
	uint64_t data = (file.count + 127) / 128 * 128;
	struct file_layout layout;

	(void)state;
	put_zeros(&file, data - file.count + 1024);
	layout = look_at_made(&file);
	assert_int_equal(layout.format, FILE_GGUF);
	assert_null(layout.cut);
	assert_int_equal(layout.count, 2);
	need_array(&layout, 0, "norm", data, 0, 12);
	need_array(&layout, 1, "blk.0.w", data, 256, 256 + 36);
	assert_string_equal(layout.arrays[1].dtype, "Q4_0");
	assert_int_equal(layout.arrays[1].item_bytes, 0);
	assert_int_equal(layout.unmeasured, 1);
	file_layout__deinit(&layout);
}

/* Version 1 has other lengths; an alignment is a power of two; no place is known without the end. */
static void test_damaged_gguf(void **state)
{
	struct made files[] = { made_gguf(1, 32), made_gguf(3, 0), made_gguf(3, 33),
				made_gguf(3, 32) };
	size_t i;

	(void)state;
	files[3].count -= 8;
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		struct file_layout layout = look_at_made(&files[i]);

		assert_non_null(layout.cut);
		assert_int_equal(layout.count, 0);
		file_layout__deinit(&layout);
	}
}

static struct file_layout look_at_npy(const char *dict, size_t data)
{
	struct made file = { 0 };

	put_bytes(&file, "\x93NUMPY\1\0", 8);
	put_number(&file, strlen(dict), 2);
	put_text(&file, dict);
	put_zeros(&file, data);
	return look_at_made(&file);
}

static void test_npy(void **state)
{
	const char *plain = "{'descr': '<U5', 'fortran_order': True, 'shape': (2, 3), }\n";
	const char *record = "{'descr': [('shape', '<f4'), ('b', '<i2')], 'fortran_order': False, "
			     "'shape': (4,)}";
	struct file_layout layout = look_at_npy(plain, 130);

	(void)state;
	assert_int_equal(layout.format, FILE_NPY);
	assert_int_equal(layout.count, 1);
	need_array(&layout, 0, "array", 10 + strlen(plain), 0, 120);
	assert_true(layout.arrays[0].first_dense);
	assert_int_equal(layout.arrays[0].item_bytes, 20);
	file_layout__deinit(&layout);
	layout = look_at_npy(record, 24);
	assert_int_equal(layout.count, 1);
	need_array(&layout, 0, "array", 10 + strlen(record), 0, 24);
	assert_int_equal(layout.arrays[0].item_bytes, 6);
	file_layout__deinit(&layout);
}

static void test_damaged_npy(void **state)
{
	static const char *const damaged[] = {
		"",
		"{'descr': '<f4', 'shape': (3,)}",
		"{'descr': 4, 'fortran_order': False, 'shape': ()}",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (3",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
	};
	struct file_layout layout;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(damaged) / sizeof(*damaged); i++) {
		layout = look_at_npy(damaged[i], 12);
		assert_string_equal(layout.cut, "its header is damaged");
		assert_int_equal(layout.count, 0);
		file_layout__deinit(&layout);
	}
	layout = look_at_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, "
			     "4294967296)}",
			     12);
	assert_null(layout.cut);
	assert_int_equal(layout.count, 0);
	assert_int_equal(layout.unmeasured, 1);
	file_layout__deinit(&layout);
}

/* No known beginning: nothing behind it is read, and nothing is wrong with the file. */
static void test_other_files(void **state)
{
	struct made file = { 0 };
	struct file_layout layout = look_at_made(&file);

	(void)state;
	assert_int_equal(layout.format, FILE_UNKNOWN);
	assert_int_equal(file.loads, 0);
	put_text(&file, "\177ELF and so on, for longer than a head");
	layout = look_at_made(&file);
	assert_int_equal(layout.format, FILE_UNKNOWN);
	assert_null(layout.cut);
	assert_int_equal(file.loads, 1);
	file.error = -5;
	assert_int_equal(file_look(load_made, &file, file.count, &layout), -5);
}

/* More than may be read of a header, which is all one list. */
static ssize_t load_endless(void *ctx, uint64_t offset, void *buffer, size_t count)
{
	static const char head[] = "\0\0\0\0\1\0\0\0{\"__metadata__\":[1";
	size_t i;

	*(uint64_t *)ctx += count;
	for (i = 0; i < count; i++)
		((char *)buffer)[i] = offset + i < sizeof(head) - 1 ? head[offset + i] : ' ';
	return (ssize_t)count;
}

static void test_headers_have_a_bound(void **state)
{
	struct file_layout layout;
	uint64_t loaded = 0;

	(void)state;
	assert_int_equal(file_look(load_endless, &loaded, 1ull << 40, &layout), 0);
	assert_int_equal(layout.format, FILE_SAFETENSORS);
	/* One of the two bounds, whichever this machine reaches first. */
	assert_true(!strcmp(layout.cut, "its header is too large") ||
		    !strcmp(layout.cut, "its header takes too long to read"));
	assert_true(loaded <= 128ull << 20);
	file_layout__deinit(&layout);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_safetensors),  cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_damaged_json), cmocka_unit_test(test_names_have_a_bound),
		cmocka_unit_test(test_gguf),	     cmocka_unit_test(test_damaged_gguf),
		cmocka_unit_test(test_npy),	     cmocka_unit_test(test_damaged_npy),
		cmocka_unit_test(test_other_files),  cmocka_unit_test(test_headers_have_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
