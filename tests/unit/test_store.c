/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Recordings: what is read back is what was recorded, to the byte of its encoding; files that nobody
 * wrote are refused, or harmless.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/counted.h"
#include "base/test_point.h"
#include "model/moment_codec.h"
#include "model/moment_lists.h"
#include "sample_moment.h"
#include "store/recorded.h"
#include "store/recording.h"
#include "store/touch_bits.h"

#define MOMENTS 24u
#define FLIPS 1500
#define PATH_BYTES 64

static const struct recording_origin origin = { "host", "3" };

/* --- the bits of a chunk */

static void check_bits(const struct touch_chunk *chunk, size_t most)
{
	unsigned char bytes[TOUCH_BITS_MAX];
	struct touch_chunk again = { 0 };
	size_t count = touch_bits__encode(chunk, bytes), i;

	assert_true(count <= most);
	assert_int_equal(touch_bits__decode(bytes, count, &again), 0);
	assert_memory_equal(again.read, chunk->read, sizeof(again.read));
	assert_memory_equal(again.written, chunk->written, sizeof(again.written));
	for (i = 0; i < count; i++) {
		/* Cut short, it means something else, or nothing: it is never read beyond. */
		unsigned char *exact = malloc(i + !i);

		assert_non_null(exact);
		memcpy(exact, bytes, i);
		touch_bits__decode(exact, i, &again);
		free(exact);
	}
}

static void bits_of_chunks(void **state)
{
	struct touch_chunk chunk;
	unsigned int page, i, k;

	(void)state;
	srand(1);
	for (page = 0; page < CHUNK_PAGES; page++) {
		memset(&chunk, 0, sizeof(chunk));
		chunk.written[page / 64] = 1ull << page % 64;
		check_bits(&chunk, 4);
		assert_int_equal(touch_bits__count(&chunk), 1);
	}
	memset(&chunk, 0xff, sizeof(chunk));
	check_bits(&chunk, 3);
	assert_int_equal(touch_bits__count(&chunk), CHUNK_PAGES);
	for (i = 0; i < 2000; i++) {
		bool writes = i % 2;

		memset(&chunk, 0, sizeof(chunk));
		for (k = 0; k < i % CHUNK_PAGES; k++) {
			page = (unsigned int)rand() % CHUNK_PAGES;
			if (writes || rand() % 2)
				chunk.written[page / 64] |= 1ull << page % 64;
			else
				chunk.read[page / 64] |= 1ull << page % 64;
		}
		check_bits(&chunk, writes ? 2 + CHUNK_PAGES / 8 : TOUCH_BITS_MAX);
	}
}

static void broken_bits(void **state)
{
	static const unsigned char bad[][4] = {
		{ 5 }, { 0, 0x80 }, { 0, 1 }, { 0, 0xff, 0x7f }, { 1 }, { 1, 1, 0 }, { 4, 0 },
	};
	static const size_t counts[] = { 1, 2, 2, 3, 1, 3, 2 };
	struct touch_chunk chunk;
	size_t i;

	(void)state;
	assert_int_equal(touch_bits__decode(bad, 0, &chunk), -EINVAL);
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		assert_int_equal(touch_bits__decode(bad[i], counts[i], &chunk), -EINVAL);
}

/* --- moments */

static void *copy_items(const void *items, size_t count, size_t item_bytes, size_t room)
{
	void *copy = calloc(count + room, item_bytes);

	assert_non_null(copy);
	if (count)
		memcpy(copy, items, count * item_bytes);
	return copy;
}

static int by_start(const void *left, const void *right)
{
	const struct packed_chunk *a = left, *b = right;

	return (a->start > b->start) - (a->start < b->start);
}

/* The i-th moment of a process in which pages come and go, and arrays are made and renamed. */
static void vary_lists(struct process_moment *process, unsigned int i)
{
	struct process_moment made = { 0 };
	struct process_lists lists, copy;
	struct touch_chunk chunk = { .start = (1ull << 41) + (i * 7 % MOMENTS) * (2ull << 20),
				     .written = { i + 1 },
				     .first_ns = i ? 100 + i : 0,
				     .last_ns = 200 + i };
	char names[2][32];
	size_t n;

	assert_int_equal(process_lists__of(process, &lists), 0);
	copy = lists;
	copy.runs.runs = copy_items(lists.runs.runs, lists.runs.count, sizeof(struct page_run), 0);
	copy.runs.runs[0].end -= i % 5 * 4096;
	if (i % 11 == 3)
		copy.runs.count--;
	copy.cached.runs =
		copy_items(lists.cached.runs, lists.cached.count, sizeof(struct cached_run), 0);
	copy.cached.runs[0].cached = 2 + i % 5;
	copy.cached.runs[0].swapped = i % 2;
	copy.arrays.arrays =
		copy_items(lists.arrays.arrays, lists.arrays.count, sizeof(struct array_desc), 2);
	for (n = 0; n < 2; n++) {
		struct array_desc *array = &copy.arrays.arrays[copy.arrays.count++];

		snprintf(names[n], sizeof(names[n]), "array %u", (i + (unsigned int)n) / 3);
		*array = (struct array_desc){ .id = 20 + i / 2 + (uint32_t)n * 50,
					      .name = names[n],
					      .source = ARRAY_HEAP,
					      .start = (1ull << 40) + 4096,
					      .end = (1ull << 40) + 9000 };
	}
	n = lists.touch.touched.count;
	copy.touch.touched.chunks =
		copy_items(lists.touch.touched.chunks, n, sizeof(struct packed_chunk), 1);
	copy.touch.touched.capacity = n + 1;
	copy.touch.touched.store = (struct word_store){ 0 };
	assert_int_equal(touch_map_add(&copy.touch.touched, &chunk), 0);
	qsort(copy.touch.touched.chunks, copy.touch.touched.count, sizeof(struct packed_chunk),
	      by_start);
	assert_int_equal(process_moment__keep(&made, &copy), 0);
	free(copy.runs.runs);
	free(copy.cached.runs);
	free(copy.arrays.arrays);
	free(copy.touch.touched.chunks);
	word_store__deinit(&copy.touch.touched.store);
	process_lists__deinit(&lists);
	for (n = 0; n < MOMENT_LISTS; n++) {
		counted__drop(process->lists[n]);
		process->lists[n] = made.lists[n];
	}
}

static void make_moment(struct moment *ret, unsigned int i)
{
	sample_moment(ret);
	ret->header.time_unix_ns += i;
	ret->header.since_start_ns = i * 1000;
	if (i % 9 == 4)
		assert_int_equal(moment__set_reason(ret, MOMENT_CHECKPOINT, "it's one"), 0);
	vary_lists(&ret->processes[0], i);
	/* The other one, which has ended, comes and goes. */
	if (i % 6 == 5)
		process_moment__deinit(&ret->processes[--ret->process_count]);
	ret->processes[0].header.retired->pages_touched = i;
}

static void assert_same(const struct moment *left, const struct moment *right)
{
	char *a, *b;
	size_t m, n;

	assert_int_equal(moment_codec__encode(left, &a, &m), 0);
	assert_int_equal(moment_codec__encode(right, &b, &n), 0);
	assert_int_equal(m, n);
	assert_memory_equal(a, b, n);
	free(a);
	free(b);
}

static void make_path(char path[PATH_BYTES])
{
	int fd;

	strcpy(path, "/tmp/test_store.XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	close(fd);
}

static void record_moments(const char *path, unsigned int count)
{
	struct recording *recording;
	struct moment moment;
	unsigned int i;

	assert_int_equal(recording__create(path, &origin, &recording), 0);
	for (i = 0; i < count; i++) {
		make_moment(&moment, i);
		assert_int_equal(recording__add(recording, &moment), 0);
		assert_int_equal(recording__count(recording), i + 1);
		moment__deinit(&moment);
	}
	recording__free(recording);
}

static void read_back(const char *path)
{
	struct recorded *recorded;
	const struct moment *read;
	struct moments moments;
	struct moment moment;
	size_t i;

	assert_int_equal(recorded__open(path, &recorded), 0);
	moments = recorded__moments(recorded);
	assert_int_equal(moments.count, MOMENTS);
	for (i = 0; i < 2 * MOMENTS; i++) {
		/* In any order. */
		size_t index = i < MOMENTS ? i : i * 17 % MOMENTS;

		assert_int_equal(moments.at(moments.from, index, &read), 0);
		make_moment(&moment, (unsigned int)index);
		assert_same(&moment, read);
		moment__deinit(&moment);
	}
	assert_int_equal(moments.at(moments.from, MOMENTS, &read), -ENOENT);
	recorded__free(recorded);
}

static void recorded_and_read(void **state)
{
	char path[PATH_BYTES];

	(void)state;
	make_path(path);
	record_moments(path, MOMENTS);
	read_back(path);
	unlink(path);
}

/* All items are written anew every few moments. */
static void written_anew(void **state)
{
	char path[PATH_BYTES];

	(void)state;
	setenv("PAGEWATCH_TEST_LIMITS", "anew=1", 1);
	test_point_init();
	make_path(path);
	record_moments(path, MOMENTS);
	read_back(path);
	unlink(path);
	test_point_init();
}

static void renamed(void **state)
{
	bool done = false;
	char path[PATH_BYTES], old[PATH_BYTES], journal[PATH_BYTES + 16];
	struct recording *recording;
	struct recorded *recorded;
	struct moment moment;

	(void)state;
	make_path(path);
	make_path(old);
	/* What an old file left must not be played back into the new one. */
	snprintf(journal, sizeof(journal), "%s-journal", old);
	fclose(fopen(journal, "w"));
	assert_int_equal(recording__create(path, &origin, &recording), 0);
	make_moment(&moment, 0);
	assert_int_equal(recording__add(recording, &moment), 0);
	assert_int_equal(recording__rename(recording, old, &done), 0);
	assert_true(done && recording__has_name(recording));
	assert_int_equal(access(journal, F_OK), -1);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(recording__add(recording, &moment), 0);
	moment__deinit(&moment);
	recording__free(recording);
	assert_int_equal(recorded__open(old, &recorded), 0);
	assert_int_equal(recorded__moments(recorded).count, 2);
	recorded__free(recorded);
	unlink(old);
}

/* --- files that nobody wrote */

static void read_all(const char *path)
{
	struct recorded *recorded;
	const struct moment *moment;
	struct moments moments;
	size_t i;

	if (recorded__open(path, &recorded))
		return;
	moments = recorded__moments(recorded);
	for (i = 0; i < moments.count && i < MOMENTS; i++)
		moments.at(moments.from, i, &moment);
	recorded__free(recorded);
}

static char *read_file(const char *path, size_t *bytes)
{
	FILE *file = fopen(path, "r");
	char *content;
	long size;

	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	content = malloc((size_t)size);
	assert_non_null(content);
	*bytes = fread(content, 1, (size_t)size, file);
	assert_int_equal(*bytes, size);
	fclose(file);
	return content;
}

static void write_file(const char *path, const char *content, size_t bytes)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(content, 1, bytes, file), bytes);
	assert_int_equal(fclose(file), 0);
}

static void hostile_files(void **state)
{
	char path[PATH_BYTES], *content, *changed;
	size_t bytes, i, k;

	(void)state;
	srand(7);
	assert_non_null(freopen("/dev/null", "w", stderr));
	make_path(path);
	record_moments(path, 8);
	content = read_file(path, &bytes);
	changed = malloc(bytes);
	assert_non_null(changed);
	for (i = 0; i < 50; i++) {
		write_file(path, content, bytes * i / 50);
		read_all(path);
	}
	for (i = 0; i < FLIPS; i++) {
		memcpy(changed, content, bytes);
		for (k = 0; k <= i % 5; k++)
			changed[(size_t)rand() % bytes] = (char)rand();
		/* And where the rows of a page are. */
		if (i % 3 == 0)
			changed[(size_t)rand() % (bytes / 4096) * 4096 + (size_t)rand() % 64] =
				(char)rand();
		write_file(path, changed, bytes);
		read_all(path);
	}
	free(content);
	free(changed);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bits_of_chunks),    cmocka_unit_test(broken_bits),
		cmocka_unit_test(recorded_and_read), cmocka_unit_test(written_anew),
		cmocka_unit_test(renamed),	     cmocka_unit_test(hostile_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
