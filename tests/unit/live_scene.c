/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live_scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/format.h"
#include "base/text.h"
#include "model/moment_lists.h"

void scene_begin(struct scene *scene, uint64_t seconds)
{
	memset(scene, 0, sizeof(*scene));
	scene->moment.header = (struct moment_header){ .version = "9.9.9",
						       .tier = "faults",
						       .backend = "tp_btf",
						       .call_hooks = "tracepoint",
						       .page_reader = "scan",
						       .tells_writes = true,
						       .complete = true };
	scene->moment.header.environment.page_bytes = PAGE;
	scene->moment.header.environment.pmd_bytes = 512 * PAGE;
	scene->moment.header.since_start_ns = seconds * 1000000000u;
	scene->process = SIZE_MAX;
}

static void finish_process(struct scene *scene)
{
	struct process_lists lists = { .vmas = scene->vmas,
				       .runs = scene->runs,
				       .arrays = scene->arrays };
	size_t i;

	if (scene->process == SIZE_MAX)
		return;
	for (i = 0; i < scene->chunk_count; i++)
		assert_int_equal(touch_map_add(&lists.touch.touched, &scene->chunks[i]), 0);
	assert_int_equal(process_moment__keep(&scene->moment.processes[scene->process], &lists), 0);
	for (i = 0; i < lists.arrays.count; i++)
		array_desc__deinit(&lists.arrays.arrays[i]);
	process_lists__deinit(&lists);
	free(scene->chunks);
	scene->chunks = NULL;
	scene->chunk_count = scene->chunk_capacity = 0;
	memset(&scene->vmas, 0, sizeof(scene->vmas));
	memset(&scene->runs, 0, sizeof(scene->runs));
	memset(&scene->arrays, 0, sizeof(scene->arrays));
}

void scene_process(struct scene *scene, uint32_t pid, uint32_t parent, const char *comm)
{
	struct moment *moment = &scene->moment;
	struct process_header *header;

	finish_process(scene);
	moment->processes = realloc(moment->processes,
				    (moment->process_count + 1) * sizeof(*moment->processes));
	assert_non_null(moment->processes);
	scene->process = moment->process_count++;
	memset(&moment->processes[scene->process], 0, sizeof(*moment->processes));
	header = &moment->processes[scene->process].header;
	header->facts.pid = pid;
	header->facts.parent = parent;
	snprintf(header->facts.comm, sizeof(header->facts.comm), "%s", comm);
	header->complete = header->faults_known = true;
}

void scene_region(struct scene *scene, uint64_t first, uint64_t end, enum vma_kind kind,
		  const char *path, bool executable)
{
	struct vma_list *list = &scene->vmas;

	assert_int_equal(array_reserve((void **)&list->vmas, &list->capacity, list->count + 1,
				       sizeof(*list->vmas)),
			 0);
	list->vmas[list->count++] = (struct vma){ .start = AT(first),
						  .end = AT(end),
						  .kind = kind,
						  .path = (char *)path,
						  .inode = kind == VMA_FILE ? strlen(path) : 0,
						  .readable = true,
						  .writable = kind != VMA_FILE,
						  .executable = executable };
}

void scene_pages(struct scene *scene, uint64_t first, uint64_t end, enum page_state state)
{
	struct page_runs *list = &scene->runs;

	assert_int_equal(array_reserve((void **)&list->runs, &list->capacity, list->count + 1,
				       sizeof(*list->runs)),
			 0);
	list->runs[list->count++] = (struct page_run){ AT(first), AT(end), state, false };
}

static struct touch_chunk *chunk_of(struct scene *scene, uint64_t start)
{
	struct touch_chunk *last;

	if (scene->chunk_count && scene->chunks[scene->chunk_count - 1].start == start)
		return &scene->chunks[scene->chunk_count - 1];
	assert_int_equal(array_reserve((void **)&scene->chunks, &scene->chunk_capacity,
				       scene->chunk_count + 1, sizeof(*scene->chunks)),
			 0);
	last = scene->chunks + scene->chunk_count++;
	*last = (struct touch_chunk){ .start = start, .first_ns = 5, .last_ns = 6, .first_tid = 7 };
	return last;
}

void scene_touch(struct scene *scene, uint64_t first, uint64_t end)
{
	uint64_t page;

	for (page = first; page < end; page++) {
		uint64_t start = AT(page) - AT(page) % (CHUNK_PAGES * PAGE);
		uint64_t bit = (AT(page) - start) / PAGE;

		chunk_of(scene, start)->written[bit / 64] |= 1ull << bit % 64;
	}
}

void scene_array(struct scene *scene, uint32_t id, const char *name, uint64_t start, uint64_t end,
		 uint32_t owner)
{
	struct array_list *list = &scene->arrays;

	assert_int_equal(array_reserve((void **)&list->arrays, &list->capacity, list->count + 1,
				       sizeof(*list->arrays)),
			 0);
	list->arrays[list->count++] = (struct array_desc){ .id = id,
							   .source = ARRAY_MARK,
							   .name = strdup(name),
							   .start = start,
							   .end = end,
							   .owner = owner };
}

void scene_shape(struct scene *scene, uint64_t data, int64_t rows, int64_t columns,
		 int64_t row_stride, int64_t column_stride)
{
	struct array_desc *array = &scene->arrays.arrays[scene->arrays.count - 1];
	const int64_t dims[] = { rows, columns, row_stride, column_stride };

	array->shape = calloc(1, sizeof(*array->shape));
	assert_non_null(array->shape);
	array->shape->dims = malloc(sizeof(dims));
	assert_non_null(array->shape->dims);
	memcpy(array->shape->dims, dims, sizeof(dims));
	array->shape->ndim = 2;
	array->shape->data = data;
	array->shape->nbytes = (uint64_t)rows * (uint64_t)columns * 8;
	snprintf(array->shape->dtype, sizeof(array->shape->dtype), "float64");
}

void scene_first_touch(struct scene *scene, uint64_t page, uint32_t tid, uint64_t ns)
{
	struct touch_chunk *chunk = chunk_of(scene, AT(page) - AT(page) % (CHUNK_PAGES * PAGE));

	chunk->first_tid = tid;
	chunk->first_ns = ns;
}

struct picture *scene_picture(struct scene *scene, const struct picture *before)
{
	struct picture *picture;

	finish_process(scene);
	assert_int_equal(picture__new(&scene->moment, before, &picture), 0);
	return picture;
}

void live_begin(struct live_state *state, struct cells *cells, struct picture *picture,
		uint32_t rows, uint32_t columns)
{
	memset(state, 0, sizeof(*state));
	memset(cells, 0, sizeof(*cells));
	cells->unicode = true;
	state->colors = true;
	assert_int_equal(cells__resize(cells, rows, columns), 0);
	live_state__resize(state, rows, columns);
	if (picture)
		assert_int_equal(live_state__show(state, picture), 0);
}

void live_end(struct live_state *state, struct cells *cells)
{
	live_state__deinit(state);
	cells__deinit(cells);
}

static enum live_wish press_one(struct live_state *state, const struct live_key *key)
{
	enum live_wish wish;

	assert_int_equal(live_state__press(state, key, &wish), 0);
	return wish;
}

void press(struct live_state *state, const char *keys)
{
	for (; *keys; keys++) {
		struct live_key key = { .type = LIVE_CHARACTER, .character = (unsigned char)*keys };

		if (*keys == '\n')
			key.type = LIVE_ENTER;
		if (*keys == '\033')
			key.type = LIVE_ESCAPE;
		press_one(state, &key);
	}
}

enum live_wish press_key(struct live_state *state, enum live_key_type type)
{
	struct live_key key = { .type = type };

	return press_one(state, &key);
}

static void add_line(struct text_buffer *text, const struct cells *cells, uint32_t row)
{
	const struct live_cell *line = &cells->cells[(size_t)row * cells->columns];
	uint32_t column, i, end = cells->columns;
	char bytes[4];

	while (end && line[end - 1].character == ' ')
		end--;
	for (column = 0; column < end; column++) {
		if (line[column].character)
			text_buffer__add_bytes(text, bytes,
					       format_utf8(line[column].character, bytes));
		for (i = 0; i < CELL_MARKS && line[column].marks[i]; i++)
			text_buffer__add_bytes(text, bytes,
					       format_utf8(line[column].marks[i], bytes));
	}
	text_buffer__add(text, "\n");
}

char *drawn(const struct live_state *state, struct cells *cells)
{
	struct text_buffer text = { 0 };
	char *ret;
	uint32_t row;

	assert_int_equal(live_draw(state, cells), 0);
	for (row = 0; row < cells->rows; row++)
		add_line(&text, cells, row);
	assert_int_equal(text_buffer__take(&text, &ret), 0);
	return ret;
}

void expect_screen(const struct live_state *state, struct cells *cells, const char *expected)
{
	char *text = drawn(state, cells);

	if (strcmp(text, expected))
		print_message("drawn:\n%sexpected:\n%s", text, expected);
	assert_string_equal(text, expected);
	free(text);
}

void expect_line(const struct live_state *state, struct cells *cells, uint32_t line,
		 const char *expected)
{
	char *text = drawn(state, cells), *at = text, *end;

	while (line--)
		at = strchr(at, '\n') + 1;
	end = strchr(at, '\n');
	*end = '\0';
	assert_string_equal(at, expected);
	free(text);
}

/* Two arrays, a view, heap, a library of two mappings, a file: at 10 s, or at 11 s with more. */
static struct picture *picture_of(uint64_t seconds, const struct picture *before)
{
	uint64_t more = seconds > 10 ? 64 : 0;
	struct scene scene;

	scene_begin(&scene, seconds);
	scene_process(&scene, 7, 1, "python3");
	scene_region(&scene, 0, 16, VMA_FILE, "/usr/lib/libc.so.6", true);
	scene_region(&scene, 16, 32, VMA_FILE, "/usr/lib/libc.so.6", false);
	scene_region(&scene, 100, 200, VMA_HEAP, "[heap]", false);
	scene_region(&scene, 1000, 2024, VMA_ANON, "", false);
	scene_region(&scene, 3000, 3512, VMA_FILE, "/data/field.bin", false);
	scene_pages(&scene, 0, 8, PAGE_FILE);
	scene_pages(&scene, 100, 150, PAGE_ANON);
	scene_pages(&scene, 1000, 1128 + more, PAGE_ANON);
	scene_pages(&scene, 1512, 1768, PAGE_ZERO);
	scene_pages(&scene, 3000, 3256, PAGE_FILE);
	scene_touch(&scene, 1064, 1128 + more);
	scene_array(&scene, 1, "__main__.field", AT(1000) + 16, AT(1512), 0);
	scene_array(&scene, 2, "__main__.other", AT(1512), AT(2024), 0);
	scene_array(&scene, 3, "__main__.field_view", AT(1100), AT(1200), 1);
	return scene_picture(&scene, before);
}

void stage_begin(struct stage *stage, uint32_t rows, uint32_t columns)
{
	stage->first = picture_of(10, NULL);
	stage->second = picture_of(11, stage->first);
	live_begin(&stage->live, &stage->cells, stage->first, rows, columns);
	assert_int_equal(live_state__show(&stage->live, stage->second), 0);
}

void stage_end(struct stage *stage)
{
	live_end(&stage->live, &stage->cells);
	picture__free(stage->first);
	picture__free(stage->second);
}
