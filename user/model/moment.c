/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Copies and frees moments. */
#include "model/moment.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/counted.h"
#include "base/text.h"

void process_moment__deinit(struct process_moment *process)
{
	symbol_miss_list__deinit(&process->header.symbol_misses);
	free(process->header.retired);
	counted__drop(process->vmas);
	counted__drop(process->runs);
	counted__drop(process->frames);
	counted__drop(process->touch);
	counted__drop(process->arrays);
	memset(process, 0, sizeof(*process));
}

void moment__deinit(struct moment *moment)
{
	size_t i;

	for (i = 0; i < moment->process_count; i++)
		process_moment__deinit(&moment->processes[i]);
	free(moment->processes);
	free(moment->pool);
	memset(moment, 0, sizeof(*moment));
}

static void free_vmas(void *memory)
{
	struct vma_list *list = memory;
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->vmas[i].path);
	free(list->vmas);
}

const struct vma_list *moment_vmas(const struct vma_list *vmas)
{
	struct vma_list *ret = counted__new(sizeof(*ret), free_vmas);
	bool failed;

	if (!ret)
		return NULL;
	ret->vmas = calloc(vmas->count + 1, sizeof(*ret->vmas));
	failed = !ret->vmas;
	ret->capacity = vmas->count + 1;
	while (!failed && ret->count < vmas->count) {
		struct vma *vma = &ret->vmas[ret->count];

		*vma = vmas->vmas[ret->count++];
		vma->path = strdup(vma->path);
		failed = !vma->path;
	}
	if (!failed)
		return ret;
	counted__drop(ret);
	return NULL;
}

/* With room for one more, so that none is not NULL. */
static void *copy_items(const void *items, size_t count, size_t item_bytes)
{
	void *copy = calloc(count + 1, item_bytes);

	if (copy && count)
		memcpy(copy, items, count * item_bytes);
	return copy;
}

static void free_runs(void *memory)
{
	page_runs__deinit(memory);
}

const struct page_runs *moment_runs(const struct page_runs *runs)
{
	struct page_runs *ret = counted__new(sizeof(*ret), free_runs);

	if (!ret)
		return NULL;
	ret->runs = copy_items(runs->runs, runs->count, sizeof(*ret->runs));
	if (!ret->runs) {
		counted__drop(ret);
		return NULL;
	}
	ret->count = runs->count;
	ret->capacity = runs->count + 1;
	return ret;
}

static void free_frames(void *memory)
{
	struct frame_list *list = memory;

	free(list->runs);
}

const struct frame_list *moment_frames(const struct frame_list *frames)
{
	struct frame_list *ret = counted__new(sizeof(*ret), free_frames);

	if (!ret)
		return NULL;
	ret->runs = copy_items(frames->runs, frames->count, sizeof(*ret->runs));
	if (!ret->runs) {
		counted__drop(ret);
		return NULL;
	}
	ret->count = frames->count;
	ret->capacity = frames->count + 1;
	return ret;
}

static void free_touch(void *memory)
{
	touch_facts__deinit(memory);
}

const struct touch_facts *moment_touch(struct touch_facts *facts)
{
	struct touch_facts *ret = counted__new(sizeof(*ret), free_touch);

	if (!ret)
		return NULL;
	*ret = *facts;
	*facts = (struct touch_facts){ 0 };
	return ret;
}

static void free_arrays(void *memory)
{
	struct array_list *list = memory;
	size_t i;

	for (i = 0; i < list->count; i++)
		array_desc__deinit(&list->arrays[i]);
	free(list->arrays);
}

const struct array_list *moment_arrays(struct array_list *arrays)
{
	struct array_list *ret = counted__new(sizeof(*ret), free_arrays);

	if (!ret)
		return NULL;
	*ret = *arrays;
	*arrays = (struct array_list){ 0 };
	return ret;
}

void process_moment__miss_names(struct process_moment *process, const char *format, ...)
{
	char *missing = process->header.names_missing;
	struct text_buffer text = text_buffer__behind(missing, NAMES_MISSING_MAX);
	va_list args;

	if (text.length)
		text_buffer__add(&text, "; ");
	va_start(args, format);
	text_buffer__vaddf(&text, format, args);
	va_end(args);
}

bool moment__all_exited(const struct moment *moment)
{
	size_t i;

	for (i = 0; i < moment->process_count; i++) {
		if (!moment->processes[i].header.exited)
			return false;
	}
	return true;
}
