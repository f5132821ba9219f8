/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The frames of all threads. Names distinguish them: by the thread's number if several threads run
 * a function, and by +1 for the first call of a function within itself.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/python/characters.h"
#include "arrays/python/expand_kinds.h"
#include "arrays/python/module_root.h"
#include "arrays/python/walk.h"
#include "base/array.h"

#define THREADS_MAX 4096u
#define FRAMES_MAX 65536u /* of all threads */
#define STACK_REF_MASK (~3ull)
#define FUNCTION_BYTES 512u /* of "module.function()" */
#define CUT_BYTES 40u
#define FIRST_NATIVE_ID 11 /* before 3.11 a thread's number is its pthread_t */

struct frame {
	uint64_t address;
	uint64_t code;
	const char *function;
	size_t thread; /* in the order of the interpreter's list */
	uint64_t number;
	size_t depth; /* 0: the running one */
};

struct frames {
	struct py_walk *walk;
	struct address_set seen; /* threads and frames that were visited */
	struct frame *frames;
	size_t count;
	size_t capacity;
};

/* "__main__.solve()" for a code object and the globals that it runs with. */
static void name_frame(struct py *py, uint64_t code, uint64_t globals, char *buffer, size_t size)
{
	int32_t at = py->layout.co_qualname >= 0 ? py->layout.co_qualname : py->layout.co_name;
	struct text_buffer text = text_buffer__over(buffer, size);
	uint64_t module, function;

	if (py_dict_get(py, globals, "__name__", &module))
		module = 0;
	if (py_word(py, code + (uint64_t)at, &function))
		function = 0;
	py_put_characters(py, module, &text);
	text_buffer__add(&text, ".");
	py_put_characters(py, function, &text);
	if (text.cut) /* and its code distinguishes it */
		text_buffer__shorten(&text, size - CUT_BYTES);
	if (text.length == size - CUT_BYTES)
		text_buffer__addf(&text, "<... at 0x%" PRIx64 ">", code);
	text_buffer__add(&text, "()");
}

/* The globals of code run by runpy and by multiprocessing's spawn belong to no module. */
static int add_globals(struct py_walk *walk, uint64_t globals)
{
	uint64_t name;

	if (py_dict_get(walk->py, globals, "__name__", &name))
		return 0;
	return py_walk__push_module(walk, globals, name);
}

/* What follows is valid only if the frame belongs to its thread. */
static void begin_frame(struct py_walk *walk, uint64_t frame)
{
	const struct py_link link = { .address = frame, .how = PY_LINK_FRAME, .bytes = 8 };

	py_walk__begin(walk, 0);
	py_links__add(&walk->links, &link);
}

/* Frames pushed by C have no code object: they are skipped. */
static int add_frame(struct frames *frames, struct frame *frame)
{
	struct py *py = frames->walk->py;
	const struct py_layout *layout = &py->layout;
	char text[FUNCTION_BYTES];
	const struct py_type *type;
	uint64_t globals;
	int err;

	begin_frame(frames->walk, frame->address);
	if (py_follow(py, frame->address + (uint64_t)layout->fr_code, &frame->code) ||
	    py_follow(py, frame->address + (uint64_t)layout->fr_globals, &globals))
		return 0;
	frame->code &= STACK_REF_MASK;
	type = py_type_of(py, frame->code);
	if (!type || type->kind != PY_CODE)
		return 0;
	err = add_globals(frames->walk, globals);
	if (err)
		return err;
	name_frame(py, frame->code, globals, text, sizeof(text));
	frame->function = py_walk__keep(frames->walk, text);
	if (!frame->function || array_reserve((void **)&frames->frames, &frames->capacity,
					      frames->count + 1, sizeof(*frames->frames)))
		return -ENOMEM;
	frames->frames[frames->count++] = *frame;
	return 0;
}

static int add_frames_of(struct frames *frames, uint64_t thread, struct frame *frame)
{
	struct py *py = frames->walk->py;
	const struct py_layout *layout = &py->layout;
	uint64_t at = thread;
	int err = 0;

	/* 3.11 and 3.12 reach the frame through one more struct, on the C stack. */
	if (layout->ts_cframe >= 0) {
		if (py_word(py, thread + (uint64_t)layout->ts_cframe, &at))
			return 0;
		at += (uint64_t)layout->cf_current;
	} else {
		at += (uint64_t)layout->ts_frame;
	}
	for (frame->depth = 0; !err && py_in_time(py); frame->depth++) {
		if (py_word(py, at, &frame->address) || !frame->address)
			break;
		if (frames->count >= FRAMES_MAX)
			py->cut = "too many frames";
		err = address_set__add(&frames->seen, frame->address);
		if (err <= 0)
			break;
		err = add_frame(frames, frame);
		at = frame->address + (uint64_t)layout->fr_prev;
	}
	return err;
}

static int collect_frames(struct frames *frames)
{
	struct py *py = frames->walk->py;
	const struct py_layout *layout = &py->layout;
	int32_t at = layout->minor >= FIRST_NATIVE_ID ? layout->ts_native_id : layout->ts_thread_id;
	uint64_t thread;
	struct frame frame = { 0 };
	int err;

	err = py_word(py, py->interp + (uint64_t)layout->is_tstate_head, &thread);
	for (; !err && thread && frame.thread < THREADS_MAX && py_in_time(py); frame.thread++) {
		err = address_set__add(&frames->seen, thread);
		if (err <= 0 || py_word(py, thread + (uint64_t)at, &frame.number))
			break;
		err = add_frames_of(frames, thread, &frame);
		if (!err && py_word(py, thread + (uint64_t)layout->ts_next, &thread))
			break;
	}
	return err < 0 ? py_walk_goes_on(err) : 0;
}

/* By function, then by thread, the outermost call first. */
static int by_function(const void *left, const void *right)
{
	const struct frame *a = left, *b = right;
	int order = strcmp(a->function, b->function);

	if (order)
		return order;
	if (a->thread != b->thread)
		return a->thread < b->thread ? -1 : 1;
	return (a->depth < b->depth) - (a->depth > b->depth);
}

/* As they were found: the running frame first, thread by thread. */
static int by_thread(const void *left, const void *right)
{
	const struct frame *a = left, *b = right;

	if (a->thread != b->thread)
		return a->thread < b->thread ? -1 : 1;
	return (a->depth > b->depth) - (a->depth < b->depth);
}

/* The calls of one function: [first, end) in the order of by_function. */
static int name_calls(struct frames *frames, size_t first, size_t end)
{
	bool threads = frames->frames[first].thread != frames->frames[end - 1].thread;
	char memory[FUNCTION_BYTES + 64];
	size_t i, call = 0;

	for (i = first; i < end; i++) {
		struct frame *frame = &frames->frames[i];
		struct text_buffer text = text_buffer__over(memory, sizeof(memory));

		call = i > first && frame->thread == frame[-1].thread ? call + 1 : 0;
		text_buffer__add(&text, frame->function);
		if (threads)
			text_buffer__addf(&text, "@%" PRIu64, frame->number);
		if (call)
			text_buffer__addf(&text, "+%zu", call);
		frame->function = threads || call ? py_walk__keep(frames->walk, memory)
						  : frame->function;
		if (!frame->function)
			return -ENOMEM;
	}
	return 0;
}

static int tell_apart(struct frames *frames)
{
	size_t first, end;
	int err = 0;

	array_sort(frames->frames, frames->count, sizeof(*frames->frames), by_function);
	for (first = 0; !err && first < frames->count; first = end) {
		for (end = first + 1; end < frames->count; end++) {
			if (strcmp(frames->frames[end].function, frames->frames[first].function))
				break;
		}
		err = name_calls(frames, first, end);
	}
	array_sort(frames->frames, frames->count, sizeof(*frames->frames), by_thread);
	return err;
}

int py_walk__add_frames(struct py_walk *walk)
{
	struct frames frames = { .walk = walk };
	uint64_t code;
	size_t i, node;
	int err;

	err = address_set__init(&frames.seen);
	if (!err)
		err = collect_frames(&frames);
	if (!err && frames.count)
		err = tell_apart(&frames);
	for (i = 0; !err && i < frames.count; i++) {
		const struct frame *frame = &frames.frames[i];
		struct py_node root = { .label = (uintptr_t)frame->function, .edge = EDGE_ROOT };

		begin_frame(walk, frame->address);
		py_follow(walk->py, frame->address + (uint64_t)walk->py->layout.fr_code, &code);
		root.rests_on = py_links__use(&walk->links);
		err = py_walk__add_node(walk, &root, &node);
		if (!err)
			err = py_expand_frame(walk, frame->address, frame->code, node);
	}
	address_set__deinit(&frames.seen);
	free(frames.frames);
	return err;
}
