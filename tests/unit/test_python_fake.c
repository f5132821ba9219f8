/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Objects built by hand that no Python would make: each is passed over, or left in time. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "arrays/python/batch.h"
#include "fake_memory.h"

/* Of a look that is cut after 2 s: what it does in the end on top of that, at most. */
#define CPU_SECONDS_MAX 3.0

static struct fake_memory memory;
static struct py py;

static int set_up(void **state)
{
	(void)state;
	fake_memory__init(&memory, &py);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	fake_memory__deinit(&py);
	return 0;
}

static double cpu_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct walked {
	size_t nodes;
	size_t arrays;
};

static int on_found(void *ctx, uint64_t object, size_t node)
{
	struct walked *walked = ctx;

	(void)object;
	(void)node;
	walked->arrays++;
	return 0;
}

/* From a root object, or the frames where it is 0. */
static struct walked walk_from(uint64_t root)
{
	struct walked walked = { 0 };
	double began = cpu_seconds();
	struct py_walk walk;

	fake_memory__look_anew(&memory, &py);
	assert_int_equal(py_walk__init(&walk, &py), 0);
	walk.found = on_found;
	walk.ctx = &walked;
	if (root)
		assert_int_equal(py_walk__push_root(&walk, root, "root"), 0);
	else
		assert_int_equal(py_walk__add_frames(&walk), 0);
	assert_int_equal(py_walk__run(&walk), 0);
	walked.nodes = walk.count;
	py_walk__deinit(&walk);
	assert_true(cpu_seconds() - began < CPU_SECONDS_MAX);
	return walked;
}

/* That the objects are as the reader expects them: else nothing below would mean a thing. */
static void sane_objects(void **state)
{
	uint64_t items = fake_memory__new(&memory, 0, 16), list, str;
	char text[8];

	(void)state;
	fake_memory__put_word(&memory, items, fake_memory__new_array(&memory, 2));
	fake_memory__put_word(&memory, items + 8, fake_memory__new_list(&memory, 0, 0));
	list = fake_memory__new_list(&memory, items, 2);
	str = fake_memory__new_str(&memory, "caf");
	assert_int_equal(walk_from(list).arrays, 1);
	assert_int_equal(walk_from(list).nodes, 3);
	assert_int_equal(py_string(&py, str, text, sizeof(text)), 0);
	assert_string_equal(text, "caf");
}

static void cycles(void **state)
{
	uint64_t items = fake_memory__new(&memory, 0, 32), one, two;

	(void)state;
	one = fake_memory__new_list(&memory, items, 2);
	two = fake_memory__new_list(&memory, items + 16, 2);
	fake_memory__put_word(&memory, items, one);
	fake_memory__put_word(&memory, items + 8, two);
	fake_memory__put_word(&memory, items + 16, one);
	fake_memory__put_word(&memory, items + 24, two);
	assert_int_equal(walk_from(one).nodes, 2);
	assert_null(py.cut);
}

/* An object that is its own type is a type only if it says that it is one. */
static void types_of_themselves(void **state)
{
	uint64_t liar = fake_memory__new_type(&memory, "liar", 0, 48);

	(void)state;
	fake_memory__put_word(&memory, liar + 8, liar);
	assert_int_equal(walk_from(liar).nodes, 0);
	assert_null(py_type_of(&py, liar));
	assert_non_null(py_type_of(&py, memory.type));
}

static void loops_of_bases(void **state)
{
	uint64_t at = (uint64_t)py.layout.tp_base;
	uint64_t one = fake_memory__new_type(&memory, "one", 0, 48);
	uint64_t two = fake_memory__new_type(&memory, "two", 0, 48);

	(void)state;
	fake_memory__put_word(&memory, one + at, two);
	fake_memory__put_word(&memory, two + at, one);
	fake_memory__look_anew(&memory, &py);
	assert_non_null(py_type_at(&py, one));
	assert_int_equal(py_type_at(&py, one)->kind, PY_OTHER);
	fake_memory__put_word(&memory, two + at, memory.ndarray);
	fake_memory__look_anew(&memory, &py);
	assert_int_equal(py_type_at(&py, one)->kind, PY_NDARRAY);
}

/* A view whose bases lead back to it. */
static void loops_of_views(void **state)
{
	uint64_t one = fake_memory__new_array(&memory, 1), two = fake_memory__new_array(&memory, 1);

	(void)state;
	fake_memory__put_word(&memory, one + offsetof(struct ndarray_head, base), two);
	fake_memory__put_word(&memory, two + offsetof(struct ndarray_head, base), one);
	/* Each way to an array is one more name, but a second one leads nowhere new. */
	assert_int_equal(walk_from(one).arrays, 3);
	assert_null(py.cut);
}

static uint64_t new_dict(uint8_t log2_size, uint64_t nentries, uint64_t items)
{
	const struct py_layout *layout = &py.layout;
	uint64_t dict = fake_memory__new(&memory, memory.dict, 48);
	uint64_t keys = fake_memory__new(&memory, 0, 40 + 24 * items), i;

	fake_memory__put_word(&memory, dict + (uint64_t)layout->ma_keys, keys);
	fake_memory__put(&memory, keys + (uint64_t)layout->dk_log2_size, &log2_size, 1);
	fake_memory__put_word(&memory, keys + (uint64_t)layout->dk_nentries, nentries);
	for (i = 0; i < items; i++) {
		uint64_t entry = keys + (uint64_t)layout->dk_indices + 8 + i * 24;

		fake_memory__put_word(&memory, entry + 8, fake_memory__new_str(&memory, "k"));
		fake_memory__put_word(&memory, entry + 16, fake_memory__new_array(&memory, 1));
	}
	return dict;
}

static void dicts(void **state)
{
	(void)state;
	assert_int_equal(walk_from(new_dict(3, 2, 2)).arrays, 2);
	/* Indices of 2^63 bytes, and of 2^255. */
	assert_int_equal(walk_from(new_dict(63, 2, 2)).arrays, 0);
	assert_int_equal(walk_from(new_dict(255, 2, 2)).arrays, 0);
	/* More entries than any dict has: not believed. */
	assert_int_equal(walk_from(new_dict(3, 1ull << 40, 2)).arrays, 0);
	/* More than there are: those that can be read, to the end of the memory. */
	assert_true(walk_from(new_dict(3, 900000, 2)).arrays >= 2);
	assert_null(py.cut);
}

static void list_sizes(void **state)
{
	uint64_t items = fake_memory__new(&memory, 0, 16);

	(void)state;
	fake_memory__put_word(&memory, items, fake_memory__new_array(&memory, 1));
	fake_memory__put_word(&memory, items + 8, 0);
	assert_int_equal(walk_from(fake_memory__new_list(&memory, items, 1)).arrays, 1);
	/* -1, and the smallest: read as long as there is memory, which ends. */
	walk_from(fake_memory__new_list(&memory, items, UINT64_MAX));
	walk_from(fake_memory__new_list(&memory, items, 1ull << 63));
	/* Items nowhere, at the end of the address space, and not aligned. */
	assert_int_equal(walk_from(fake_memory__new_list(&memory, 0, 9)).nodes, 1);
	assert_int_equal(walk_from(fake_memory__new_list(&memory, UINT64_MAX - 7, 9)).nodes, 1);
	assert_int_equal(walk_from(fake_memory__new_list(&memory, UINT64_MAX - 3, 9)).nodes, 1);
	assert_null(py.cut);
}

/* Its second page is not there: what stands on the first counts. */
static void tuple_over_a_hole(void **state)
{
	uint64_t page = 0x7e0000000000ull, tuple = page + FAKE_PAGE - 24 - 3 * 8, i;

	(void)state;
	fake_memory__add_page(&memory, page);
	fake_memory__put_word(&memory, tuple, 1);
	fake_memory__put_word(&memory, tuple + 8, memory.tuple);
	fake_memory__put_word(&memory, tuple + 16, 600);
	for (i = 0; i < 3; i++)
		fake_memory__put_word(&memory, tuple + 24 + i * 8,
				      fake_memory__new_array(&memory, 1));
	assert_int_equal(walk_from(tuple).arrays, 3);
}

static void strings(void **state)
{
	const struct py_layout *layout = &py.layout;
	uint64_t str = fake_memory__new_str(&memory, "abcdefgh");
	char text[PY_NAME_MAX];
	uint32_t kind;

	(void)state;
	for (kind = 0; kind < 8; kind++) {
		/* Of two bytes each there is a NUL among them, of four what no str has. */
		int err = kind == 1 ? 0 : kind == 2 || kind == 4 ? -E2BIG : -EINVAL;

		fake_memory__put_word(&memory, str + (uint64_t)layout->uc_state,
				      kind << 2 | 1 << 5 | 1 << 6);
		fake_memory__look_anew(&memory, &py);
		assert_int_equal(py_string(&py, str, text, sizeof(text)), err);
	}
	/* A length of -1 is more than any name that is asked for has; and no name has a NUL in it. */
	fake_memory__put_word(&memory, str + (uint64_t)layout->uc_state, 1 << 2 | 1 << 5 | 1 << 6);
	fake_memory__put_word(&memory, str + (uint64_t)layout->uc_length, UINT64_MAX);
	fake_memory__new(&memory, 0, PY_NAME_MAX);
	fake_memory__look_anew(&memory, &py);
	assert_int_equal(py_string(&py, str, text, sizeof(text)), -E2BIG);
	fake_memory__put_word(&memory, str + (uint64_t)layout->uc_length, 9);
	fake_memory__look_anew(&memory, &py);
	assert_int_equal(py_string(&py, str, text, sizeof(text)), -E2BIG);
	fake_memory__put_word(&memory, str + (uint64_t)layout->uc_length, 8);
	fake_memory__look_anew(&memory, &py);
	assert_int_equal(py_string(&py, str, text, 9), -E2BIG);
	assert_int_equal(py_string(&py, str, text, sizeof(text)), 0);
	assert_string_equal(text, "abcdefgh");
}

/* A thread that follows itself, whose frame is its own caller. */
static void rings_of_threads_and_frames(void **state)
{
	const struct py_layout *layout = &py.layout;
	uint64_t interp = fake_memory__new(&memory, 0, 4000);
	uint64_t thread = fake_memory__new(&memory, 0, 512);
	uint64_t c_frame = fake_memory__new(&memory, 0, 64);
	uint64_t frame = fake_memory__new(&memory, 0, 256);
	uint64_t code = fake_memory__new(&memory, memory.code, 256);

	(void)state;
	memory.interp = interp;
	fake_memory__put_word(&memory, interp + (uint64_t)layout->is_tstate_head, thread);
	fake_memory__put_word(&memory, thread + (uint64_t)layout->ts_next, thread);
	fake_memory__put_word(&memory, thread + (uint64_t)layout->ts_cframe, c_frame);
	fake_memory__put_word(&memory, c_frame + (uint64_t)layout->cf_current, frame);
	fake_memory__put_word(&memory, frame + (uint64_t)layout->fr_code, code);
	fake_memory__put_word(&memory, frame + (uint64_t)layout->fr_prev, frame);
	assert_int_equal(walk_from(0).nodes, 1);
	assert_null(py.cut);
}

/* Objects past the last page, at 0, and where addresses end. */
static void objects_nowhere(void **state)
{
	static const uint64_t nowhere[] = { 8, 0xdead0000ull, UINT64_MAX - 7, UINT64_MAX,
					    1ull << 63 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++)
		assert_int_equal(walk_from(nowhere[i]).nodes, 0);
}

struct told {
	size_t count;
	uint64_t start, end;
};

static int on_array(void *ctx, struct array_desc *array)
{
	struct told *told = ctx;

	told->count++;
	told->start = array->start;
	told->end = array->end;
	array_desc__deinit(array);
	return 0;
}

static struct told read_array(uint64_t array, size_t *changing)
{
	struct told told = { 0 };
	struct batch_reader reader = { .numpy_major = 1, .add = on_array, .ctx = &told };

	fake_memory__look_anew(&memory, &py);
	reader.py = &py;
	assert_int_equal(batch_read(&reader, &array, 1), 0);
	*changing = reader.changing;
	return told;
}

static void shapes(void **state)
{
	static const int64_t strides[] = { INT64_MIN, INT64_MAX, INT64_MIN + 1, -(1ll << 47),
					   1ll << 47 };
	static const uint64_t nowhere[] = { 0xdead0000ull, UINT64_MAX - 7, UINT64_MAX - 15 };
	uint64_t array = fake_memory__new_array(&memory, 1), dims;
	struct ndarray_head head;
	struct told told;
	size_t changing, i;
	int32_t ndim;

	(void)state;
	told = read_array(array, &changing);
	assert_int_equal(told.count, 1);
	assert_int_equal(told.end - told.start, 3 * 8);
	assert_int_equal(memsrc__read(py.memsrc, array, &head, sizeof(head)), 0);
	dims = head.dims;
	for (i = 0; i < sizeof(strides) / sizeof(strides[0]); i++) {
		fake_memory__put_word(&memory, dims + 8, (uint64_t)strides[i]);
		assert_int_equal(read_array(array, &changing).count, 0);
	}
	fake_memory__put_word(&memory, dims + 8, 8);
	for (i = 0; i < sizeof(strides) / sizeof(strides[0]); i++) {
		fake_memory__put_word(&memory, dims, (uint64_t)strides[i]);
		assert_int_equal(read_array(array, &changing).count, 0);
	}
	fake_memory__put_word(&memory, dims, 3);
	assert_int_equal(read_array(array, &changing).count, 1);
	/* dims NULL, or nowhere. */
	fake_memory__put_word(&memory, array + offsetof(struct ndarray_head, dims), 0);
	assert_int_equal(read_array(array, &changing).count, 0);
	for (i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		fake_memory__put_word(&memory, array + offsetof(struct ndarray_head, dims),
				      nowhere[i]);
		assert_int_equal(read_array(array, &changing).count, 0);
		assert_int_equal(changing, 1);
	}
	fake_memory__put_word(&memory, array + offsetof(struct ndarray_head, dims), dims);
	for (ndim = -1; ndim <= 65; ndim += 66) {
		fake_memory__put(&memory, array + offsetof(struct ndarray_head, ndim), &ndim,
				 sizeof(ndim));
		assert_int_equal(read_array(array, &changing).count, 0);
	}
}

int main(void)
{
#define HERE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		HERE(sane_objects),
		HERE(cycles),
		HERE(types_of_themselves),
		HERE(loops_of_bases),
		HERE(loops_of_views),
		HERE(dicts),
		HERE(list_sizes),
		HERE(tuple_over_a_hole),
		HERE(strings),
		HERE(rings_of_threads_and_frames),
		HERE(objects_nowhere),
		HERE(shapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
