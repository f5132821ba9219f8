/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A moment that is made by hand, and what the live view draws of it, as text. */
#ifndef TESTS_LIVE_SCENE_H
#define TESTS_LIVE_SCENE_H

#include "live/draw.h"

#define PAGE 4096ull
#define BASE 0x10000000ull
#define AT(page) (BASE + (page)*PAGE)
#define MIB (1ull << 20)

struct scene {
	struct moment moment;
	size_t process; /* that the next additions belong to */
	struct vma_list vmas;
	struct page_runs runs;
	struct touch_chunk *chunks; /* touched ones */
	size_t chunk_count, chunk_capacity;
	struct array_list arrays;
};

/* An empty moment of the faults tier, so many seconds after the start. */
void scene_begin(struct scene *scene, uint64_t seconds);

/* A process; what was added since the one before becomes that one's. */
void scene_process(struct scene *scene, uint32_t pid, uint32_t parent, const char *comm);

/* In order of address; ranges are page numbers, half-open. */
void scene_region(struct scene *scene, uint64_t first, uint64_t end, enum vma_kind kind,
		  const char *path, bool executable);
void scene_pages(struct scene *scene, uint64_t first, uint64_t end, enum page_state state);
void scene_touch(struct scene *scene, uint64_t first, uint64_t end);

/* owner: an id, 0: none. start and end are bytes. */
void scene_array(struct scene *scene, uint32_t id, const char *name, uint64_t start, uint64_t end,
		 uint32_t owner);

/* Gives the array that was added last rows and columns; strides are bytes, element 0 is at data. */
void scene_shape(struct scene *scene, uint64_t data, int64_t rows, int64_t columns,
		 int64_t row_stride, int64_t column_stride);

/* Whose touch was the first one in the chunk of a page, and when. */
void scene_first_touch(struct scene *scene, uint64_t page, uint32_t tid, uint64_t ns);

/* The moment is complete: the picture that the live view makes of it, after `before` or NULL. */
struct picture *scene_picture(struct scene *scene, const struct picture *before);

/* The view that starts with a picture on a screen of that size; the picture stays the caller's. */
void live_begin(struct live_state *state, struct cells *cells, struct picture *picture,
		uint32_t rows, uint32_t columns);
void live_end(struct live_state *state, struct cells *cells);

/* Presses characters one after another; '\n' is Enter, '\033' Escape. */
void press(struct live_state *state, const char *keys);
enum live_wish press_key(struct live_state *state, enum live_key_type type);

/* What is drawn: lines without the blanks at their ends. The caller frees it. */
char *drawn(const struct live_state *state, struct cells *cells);

/* The screen is that; prints both when it is not. */
void expect_screen(const struct live_state *state, struct cells *cells, const char *expected);

/* The one line of the screen is that. */
void expect_line(const struct live_state *state, struct cells *cells, uint32_t line,
		 const char *expected);

/*
 * A process 7 with two arrays, a view, a heap, a library of two mappings, and a file, one second
 * after it had less.
 */
struct stage {
	struct picture *first, *second;
	struct live_state live;
	struct cells cells;
};

void stage_begin(struct stage *stage, uint32_t rows, uint32_t columns);
void stage_end(struct stage *stage);

#endif
