/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What a trace takes of moments that are many, large, hostile or none, and what its writers make of them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/format.h"
#include "model/moment_lists.h"
#include "render/firefox.h"
#include "render/perfetto.h"
#include "render/trace.h"

#define PAGE 4096ull
#define BASE (1ull << 40)
#define MOMENTS_MAX 4u

struct scene {
	struct moment of[MOMENTS_MAX];
	size_t taken[MOMENTS_MAX]; /* how often each was asked for */
	struct moments moments;
};

static int scene_at(void *from, size_t index, const struct moment **ret)
{
	struct scene *scene = from;

	scene->taken[index]++;
	*ret = &scene->of[index];
	return 0;
}

static struct moment empty_moment(size_t processes, uint64_t since_start_ns)
{
	struct moment moment = { .processes = calloc(processes + 1, sizeof(*moment.processes)),
				 .process_count = processes };

	assert_non_null(moment.processes);
	moment.header.start_ns = 1000;
	moment.header.since_start_ns = since_start_ns;
	moment.header.environment.page_bytes = PAGE;
	moment.header.environment.pmd_bytes = 512 * PAGE;
	return moment;
}

static void set_scene(struct scene *scene, size_t count, size_t processes)
{
	size_t i, j;

	memset(scene, 0, sizeof(*scene));
	scene->moments = (struct moments){ .count = count, .from = scene, .at = scene_at };
	for (i = 0; i < count; i++) {
		scene->of[i] = empty_moment(processes, i * 1000000);
		for (j = 0; j < processes; j++)
			scene->of[i].processes[j].header.facts.pid = 100 + (uint32_t)j;
	}
}

static void drop_scene(struct scene *scene)
{
	size_t i;

	for (i = 0; i < scene->moments.count; i++)
		moment__deinit(&scene->of[i]);
}

/* The first process: one mapping that is resident, with arrays of the lengths below each other. */
static void add_arrays(struct moment *moment, size_t count, const uint64_t *pages,
		       const char *const *names)
{
	uint64_t at = BASE;
	struct array_desc *arrays = calloc(count + 1, sizeof(*arrays));
	struct vma vma = { .start = BASE, .path = (char *)"" };
	struct page_run run = { .start = BASE, .state = PAGE_ANON };
	struct process_lists lists = { .vmas = { &vma, 1, 1 },
				       .runs = { &run, 1, 1 },
				       .arrays = { arrays, count, count } };
	size_t i;

	assert_non_null(arrays);
	for (i = 0; i < count; i++) {
		arrays[i].id = (uint32_t)i + 1;
		arrays[i].source = ARRAY_ELF;
		arrays[i].name = (char *)(names ? names[i] : "a");
		arrays[i].start = at;
		at += pages[i] * PAGE;
		arrays[i].end = at;
	}
	vma.end = run.end = at;
	assert_int_equal(process_moment__keep(moment->processes, &lists), 0);
	free(arrays);
}

static struct trace trace_of(const struct scene *scene)
{
	const struct view view = { 0 };
	struct trace trace;

	assert_int_equal(trace__of(&scene->moments, &view, &trace), 0);
	return trace;
}

typedef int (*render_function)(const struct moments *moments, const struct view *view, FILE *out);

static int render(render_function renderer, const struct scene *scene, char **text, size_t *length)
{
	const struct view view = { 0 };
	FILE *out = open_memstream(text, length);
	int err;

	assert_non_null(out);
	err = renderer(&scene->moments, &view, out);
	fclose(out);
	return err;
}

static void without_moments_there_is_none(void **state)
{
	static const render_function renderers[] = { perfetto_render, firefox_render };
	struct scene scene;
	size_t i;

	(void)state;
	set_scene(&scene, 0, 0);
	for (i = 0; i < sizeof(renderers) / sizeof(renderers[0]); i++) {
		char *text;
		size_t length;

		assert_int_equal(render(renderers[i], &scene, &text, &length), -EINVAL);
		assert_int_equal(length, 0);
		free(text);
	}
	drop_scene(&scene);
}

static bool is_shown_safely(const char *text)
{
	while (*text) {
		uint32_t character;
		size_t length = format_utf8_decode((const unsigned char *)text, &character);

		if (!length || format_is_unsafe(character))
			return false;
		text += length;
	}
	return true;
}

static void names_are_escaped_and_cut(void **state)
{
	char longest[100 * TRACE_TEXT_MAX];
	const char *names[] = { "a\nb\033[31m", "\xff\xfe", "\xe2\x80\xae</script>", "", longest };
	const uint64_t pages[] = { 1, 1, 1, 1, 1 };
	struct scene scene;
	struct trace trace;
	const struct trace_array *arrays;
	size_t i;

	(void)state;
	for (i = 0; i + 1 < sizeof(longest); i++)
		longest[i] = (char)(1 + i % 255);
	longest[i] = '\0';
	set_scene(&scene, 1, 1);
	add_arrays(scene.of, 5, pages, names);
	strcpy(scene.of->processes->header.facts.comm, "\x1b]0;\x07\xc3");
	assert_int_equal(moment__set_reason(scene.of, MOMENT_CHECKPOINT, longest), 0);
	trace = trace_of(&scene);
	arrays = trace.processes->arrays;
	assert_int_equal(trace.processes->array_count, 5);
	assert_string_equal(arrays[0].name, "a\\x0ab\\x1b[31m");
	assert_string_equal(arrays[1].name, "\\xff\\xfe");
	assert_string_equal(arrays[2].name, "\\u202e</script>");
	assert_string_equal(arrays[3].name, "");
	assert_string_equal(trace.processes->name, "\\x1b]0;\\x07\\xc3");
	assert_true(strlen(arrays[4].name) < TRACE_TEXT_MAX);
	assert_true(is_shown_safely(arrays[4].name));
	assert_memory_equal(trace.moments->name, "checkpoint \\x01", 15);
	assert_true(is_shown_safely(trace.moments->name));
	trace__deinit(&trace);
	drop_scene(&scene);
}

/* All that has text is in it, with the longest names; nothing of that is too long for a packet. */
static void the_longest_names_fit(void **state)
{
	char longest[2 * TRACE_TEXT_MAX];
	const char *names[] = { longest };
	const uint64_t pages[] = { 1 };
	struct scene scene;
	char *text;
	size_t length;

	(void)state;
	memset(longest, '\x80', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	set_scene(&scene, 2, 1);
	add_arrays(&scene.of[0], 1, pages, names);
	add_arrays(&scene.of[1], 1, pages, names);
	memset(scene.of->processes->header.facts.comm, '\x80',
	       sizeof(scene.of->processes->header.facts.comm) - 1);
	assert_int_equal(moment__set_reason(scene.of, MOMENT_CHECKPOINT, longest), 0);
	assert_int_equal(render(perfetto_render, &scene, &text, &length), 0);
	assert_true(length > 4 * (TRACE_TEXT_MAX - 8));
	free(text);
	drop_scene(&scene);
}

static void the_largest_arrays_are_shown_and_the_others_summed(void **state)
{
	enum { COUNT = TRACE_SHOWN_MAX + 44 };
	uint64_t pages[COUNT], rest = 0;
	struct scene scene;
	struct trace trace;
	char *left;
	size_t i, shown = 0;

	(void)state;
	set_scene(&scene, 2, 1);
	for (i = 0; i < COUNT; i++)
		pages[i] = 1 + i % 100 * 3;
	add_arrays(&scene.of[0], COUNT, pages, NULL);
	/* One more moment, without any. */
	add_arrays(&scene.of[1], 0, pages, NULL);
	trace = trace_of(&scene);
	assert_int_equal(trace.arrays_left, 44);
	for (i = 0; i < COUNT; i++) {
		const struct trace_array *array = &trace.processes->arrays[i];

		shown += array->shown;
		rest += array->shown ? 0 : pages[i] * PAGE;
		/* 15 lengths are those of three arrays each, all among the smallest. */
		assert_true(array->shown || i % 100 < 15);
		assert_int_equal(array->count, 2);
		assert_int_equal(array->points[0].value, pages[i] * PAGE);
		assert_true(array->points[1].value == TRACE_GONE);
	}
	assert_int_equal(shown, TRACE_SHOWN_MAX);
	assert_int_equal(trace.processes->samples[0].rest, rest);
	assert_int_equal(trace.processes->samples[0].rest_count, 44);
	assert_int_equal(trace.processes->samples[1].rest, 0);
	assert_int_equal(trace.processes->samples[1].rest_count, 0);
	assert_int_equal(trace__left_out(&trace, &left), 0);
	assert_string_equal(
		left, "left out: 0 moments, 0 processes (each time), 44 arrays, 0 ended lives");
	free(left);
	trace__deinit(&trace);
	drop_scene(&scene);
}

static int same_at(void *from, size_t index, const struct moment **ret)
{
	struct moment *moment = from;

	moment->header.since_start_ns = index;
	*ret = moment;
	return 0;
}

static void too_many_moments_are_taken_evenly(void **state)
{
	enum { COUNT = 3 * TRACE_MOMENTS_MAX };
	const struct view view = { 0 };
	struct moment moment = empty_moment(0, 0);
	const struct moments moments = { .count = COUNT, .from = &moment, .at = same_at };
	struct trace trace;
	size_t i;

	(void)state;
	assert_int_equal(trace__of(&moments, &view, &trace), 0);
	assert_int_equal(trace.moment_count, TRACE_MOMENTS_MAX);
	assert_int_equal(trace.moments_left, COUNT - TRACE_MOMENTS_MAX);
	assert_int_equal(trace.moments[0].time_ns, 1000);
	assert_int_equal(trace.moments[TRACE_MOMENTS_MAX - 1].time_ns, 1000 + COUNT - 1);
	for (i = 1; i < TRACE_MOMENTS_MAX; i++) {
		uint64_t step = trace.moments[i].time_ns - trace.moments[i - 1].time_ns;

		assert_true(step == 3 || step == 4);
	}
	trace__deinit(&trace);
	moment__deinit(&moment);
}

static void too_many_processes_and_lives_are_counted(void **state)
{
	enum { LIVES = 60000 };
	struct scene scene;
	struct trace trace;
	size_t i, lives = 0;

	(void)state;
	set_scene(&scene, 2, TRACE_PROCESSES_MAX + 3);
	for (i = 0; i < 2; i++) {
		struct process_header *header = &scene.of[i].processes->header;
		size_t j;

		header->retired = calloc(LIVES, sizeof(*header->retired));
		assert_non_null(header->retired);
		header->retired_count = LIVES;
		/* Ends of lives that lie before their begin are not believed. */
		for (j = 0; j < LIVES; j++)
			header->retired[j] = (struct retired){
				.count = 2, .how = "munmap", .created_ns = j, .retired_ns = 5
			};
	}
	trace = trace_of(&scene);
	assert_int_equal(trace.process_count, TRACE_PROCESSES_MAX);
	assert_int_equal(trace.processes_left, 2 * 3);
	for (i = 0; i < trace.process_count; i++)
		lives += trace.processes[i].life_count;
	assert_int_equal(lives, 100000);
	assert_int_equal(trace.lives_left, 2 * (2 * LIVES - 100000));
	for (i = 0; i < lives; i++)
		assert_true(trace.processes->lives[i].start_ns <= trace.processes->lives[i].end_ns);
	trace__deinit(&trace);
	drop_scene(&scene);
}

/* No clock goes back, whatever a recording says. Each moment is asked for once. */
static void times_do_not_go_back(void **state)
{
	static const uint64_t since[] = { 5000, 3000, UINT64_MAX, 7 };
	struct scene scene;
	struct trace trace;
	size_t i;

	(void)state;
	set_scene(&scene, 4, 0);
	for (i = 0; i < 4; i++)
		scene.of[i].header.since_start_ns = since[i];
	trace = trace_of(&scene);
	assert_int_equal(trace.moments[0].time_ns, 6000);
	assert_int_equal(trace.moments[1].time_ns, 6000);
	assert_true(trace.moments[2].time_ns == UINT64_MAX);
	assert_true(trace.moments[3].time_ns == UINT64_MAX);
	for (i = 0; i < 4; i++)
		assert_int_equal(scene.taken[i], 1);
	trace__deinit(&trace);
	drop_scene(&scene);
}

/* The field EVENT_COUNTER, 30, as a varint: where it is in the bytes, or NULL. */
static const char *counter_of(const char *text, size_t length, const char *value, size_t bytes)
{
	char wanted[16] = "\xf0\x01";

	memcpy(wanted + 2, value, bytes);
	return memmem(text, length, wanted, bytes + 2);
}

/* Readers take signed numbers: what no memory can have is the largest of them. */
static void numbers_beyond_63_bits_stay_positive(void **state)
{
	struct vma vma = { .start = PAGE, .end = PAGE + (3ull << 62), .path = (char *)"" };
	struct page_run run = { .start = vma.start, .end = vma.end, .state = PAGE_ANON };
	struct process_lists lists = { .vmas = { &vma, 1, 1 }, .runs = { &run, 1, 1 } };
	struct scene scene;
	char *text;
	size_t length;

	(void)state;
	set_scene(&scene, 1, 1);
	assert_int_equal(process_moment__keep(scene.of->processes, &lists), 0);
	assert_int_equal(render(perfetto_render, &scene, &text, &length), 0);
	assert_non_null(counter_of(text, length, "\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 9));
	free(text);
	assert_int_equal(render(firefox_render, &scene, &text, &length), 0);
	assert_non_null(strstr(text, "\"count\":[9223372036854775807]"));
	assert_null(strstr(text, "[-"));
	free(text);
	drop_scene(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_moments_there_is_none),
		cmocka_unit_test(names_are_escaped_and_cut),
		cmocka_unit_test(the_longest_names_fit),
		cmocka_unit_test(the_largest_arrays_are_shown_and_the_others_summed),
		cmocka_unit_test(too_many_moments_are_taken_evenly),
		cmocka_unit_test(too_many_processes_and_lives_are_counted),
		cmocka_unit_test(times_do_not_go_back),
		cmocka_unit_test(numbers_beyond_63_bits_stay_positive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
