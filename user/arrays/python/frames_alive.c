/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Reads the threads' lists again, from a few pages that are read again. */
#include "arrays/python/frames_alive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/python/interpreters.h"

#define THREADS_MAX 4096u
#define FRAMES_MAX 65536u /* of all threads */
#define PAGES 64u	  /* a power of two */

struct fresh_page {
	uint64_t number; /* address / page_bytes, + 1: 0 is a free slot */
	bool present;
};

struct fresh_frames {
	struct py *py;
	const struct address_set *wanted;
	struct address_set *alive;
	struct fresh_page pages[PAGES];
	uint8_t *data;	/* content of these pages */
	uint32_t steps; /* frames so far */
};

/* A word of a page that was read since the search for frames began. */
static int fresh_word(struct fresh_frames *frames, uint64_t address, uint64_t *ret)
{
	const uint64_t bytes = frames->py->page_bytes, number = address / bytes + 1;
	struct fresh_page *page = &frames->pages[number % PAGES];
	uint8_t *data = frames->data + number % PAGES * bytes;
	int err;

	if (address % 8)
		return -EFAULT;
	if (page->number != number) {
		page->number = 0;
		err = memsrc__load(frames->py->memsrc, (number - 1) * bytes, 1, data,
				   &page->present);
		if (err)
			return err;
		page->number = number;
	}
	if (!page->present)
		return -EFAULT;
	memcpy(ret, data + address % bytes, sizeof(*ret));
	return 0;
}

static bool all_found(const struct fresh_frames *frames)
{
	return frames->alive->count == frames->wanted->count;
}

static int look_at_thread(struct fresh_frames *frames, uint64_t thread)
{
	const struct py_layout *layout = &frames->py->layout;
	uint64_t at = thread + (uint64_t)layout->ts_frame, frame;
	int err = 0;

	if (layout->ts_cframe >= 0) {
		if (fresh_word(frames, thread + (uint64_t)layout->ts_cframe, &at))
			return 0;
		at += (uint64_t)layout->cf_current;
	}
	while (err >= 0 && !all_found(frames) && frames->steps++ < FRAMES_MAX) {
		if (fresh_word(frames, at, &frame) || !frame)
			break;
		if (address_set__has(frames->wanted, frame))
			err = address_set__add(frames->alive, frame);
		at = frame + (uint64_t)layout->fr_prev;
	}
	return err < 0 ? err : 0;
}

static int look_at_interpreter(void *ctx, struct py *py)
{
	const struct py_layout *layout = &py->layout;
	struct fresh_frames *frames = ctx;
	uint64_t thread;
	uint32_t i;
	int err = 0;

	if (fresh_word(frames, py->interp + (uint64_t)layout->is_tstate_head, &thread))
		return 0;
	for (i = 0; !err && thread && i < THREADS_MAX && !all_found(frames); i++) {
		err = look_at_thread(frames, thread);
		if (fresh_word(frames, thread + (uint64_t)layout->ts_next, &thread))
			break;
	}
	return err;
}

int py_frames_alive(struct py *py, const struct address_set *wanted, struct address_set *alive)
{
	struct fresh_frames frames = { .py = py, .wanted = wanted, .alive = alive };
	int err;

	if (!wanted->count)
		return 0;
	frames.data = malloc(PAGES * py->page_bytes);
	if (!frames.data)
		return -ENOMEM;
	err = look_at_interpreter(&frames, py);
	if (!err && !all_found(&frames))
		err = py_each_other_interpreter(py, look_at_interpreter, &frames);
	free(frames.data);
	return err;
}
