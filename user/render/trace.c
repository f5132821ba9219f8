/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Collects moment by moment; which arrays are the largest is known at the end. */
#include "render/trace.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/format.h"
#include "base/progress.h"
#include "base/sorted.h"
#include "model/rows/selection.h"
#include "render/array_name.h"

#define ARRAYS_MAX 100000u /* of a process */
/* Of the whole trace. */
#define POINTS_MAX (4u << 20)
#define LIVES_MAX 100000u

/* Room for one more item: its address, or NULL. */
static void *add_item(void **items, size_t *count, size_t *capacity, size_t bytes)
{
	char *item;

	if (array_reserve(items, capacity, *count + 1, bytes))
		return NULL;
	item = (char *)*items + (*count)++ * bytes;
	memset(item, 0, bytes);
	return item;
}

static int add_point(struct trace *trace, struct trace_array *array, uint32_t moment,
		     uint64_t value)
{
	struct trace_point *point;

	if (array->lost || (array->count && array->points[array->count - 1].value == value))
		return 0;
	if (trace->points == POINTS_MAX) {
		array->lost = true;
		return 0;
	}
	point = add_item((void **)&array->points, &array->count, &array->capacity, sizeof(*point));
	if (!point)
		return -ENOMEM;
	*point = (struct trace_point){ .moment = moment, .value = value };
	trace->points++;
	if (value != TRACE_GONE && value > array->peak)
		array->peak = value;
	return 0;
}

static size_t place_of(const struct trace_process *process, uint64_t id)
{
	return sorted_at_least(process->arrays, process->array_count, sizeof(*process->arrays),
			       offsetof(struct trace_array, id), id);
}

static struct trace_array *find_array(struct trace_process *process, uint64_t id)
{
	size_t at = place_of(process, id);

	return at < process->array_count && process->arrays[at].id == id ? &process->arrays[at]
									 : NULL;
}

static int new_array(struct trace_process *process, const struct array_desc *desc)
{
	size_t at = place_of(process, desc->id);
	char name[TRACE_TEXT_MAX],
		*copy = strdup(array_name_safe(desc, desc->name, name, sizeof(name)));
	struct trace_array *array;

	if (!copy || !add_item((void **)&process->arrays, &process->array_count,
			       &process->array_capacity, sizeof(*array))) {
		free(copy);
		return -ENOMEM;
	}
	array = &process->arrays[at];
	memmove(array + 1, array, (process->array_count - 1 - at) * sizeof(*array));
	*array = (struct trace_array){ .id = desc->id, .name = copy };
	return 0;
}

/* In a busy process a name may be found in a later moment only. */
static int name_again(struct trace_array *array, const struct array_desc *desc)
{
	char name[TRACE_TEXT_MAX], *copy;

	if (*array->name != '<' || *desc->name == '<')
		return 0;
	copy = strdup(array_name_safe(desc, desc->name, name, sizeof(name)));
	if (!copy)
		return -ENOMEM;
	free(array->name);
	array->name = copy;
	return 0;
}

/* Arrays that the view has get a place, if there is one. */
static int admit_arrays(struct trace_process *process, const struct selection *selection)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < selection->count; i++) {
		const struct row_entry *entry = &selection->entries[i];
		struct trace_array *array;

		if (!entry->array || entry->place == ROW_LEFT_OUT)
			continue;
		array = find_array(process, entry->array->desc.id);
		if (array)
			err = name_again(array, &entry->array->desc);
		else if (process->array_count < ARRAYS_MAX)
			err = new_array(process, &entry->array->desc);
	}
	return err;
}

static int note_arrays(struct trace *trace, struct trace_process *process,
		       const struct process_snapshot *from, uint32_t moment, uint64_t page_bytes,
		       struct trace_sample *sample)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < from->array_count; i++) {
		uint64_t bytes = from->arrays[i].tally.resident * page_bytes;
		struct trace_array *array = find_array(process, from->arrays[i].desc.id);

		sample->rest += bytes;
		sample->rest_count++;
		if (array) {
			array->seen = moment;
			err = add_point(trace, array, moment, bytes);
		}
	}
	return err;
}

static int note_lives(struct trace *trace, struct trace_process *process,
		      const struct process_header *header, uint64_t start_ns)
{
	size_t i;

	for (i = 0; i < header->retired_count; i++) {
		const struct retired *from = &header->retired[i];
		struct trace_life *life;

		if (trace->lives == LIVES_MAX) {
			trace->lives_left += from->count;
			continue;
		}
		life = add_item((void **)&process->lives, &process->life_count,
				&process->life_capacity, sizeof(*life));
		if (!life)
			return -ENOMEM;
		trace->lives++;
		*life = (struct trace_life){ .start_ns = from->created_ns ? from->created_ns
									  : start_ns,
					     .end_ns = from->retired_ns,
					     .address = from->start,
					     .bytes = from->end - from->start,
					     .count = from->count,
					     .pages_touched = from->pages_touched };
		if (life->end_ns < life->start_ns)
			life->start_ns = life->end_ns;
		format_line(from->how ? from->how : "", life->how, sizeof(life->how));
	}
	return 0;
}

/* Of the same pid and address space; NULL with *err 0: there is no place. */
static struct trace_process *find_process(struct trace *trace, const struct process_header *header,
					  int *err)
{
	char name[TRACE_TEXT_MAX];
	struct trace_process *process;
	size_t i;

	for (i = 0; i < trace->process_count; i++) {
		process = &trace->processes[i];
		if (process->pid == header->facts.pid && process->slot == header->slot)
			return process;
	}
	if (trace->process_count == TRACE_PROCESSES_MAX) {
		trace->processes_left++;
		return NULL;
	}
	process = add_item((void **)&trace->processes, &trace->process_count,
			   &trace->process_capacity, sizeof(*process));
	if (process)
		process->name = strdup(format_name(header->facts.comm, name, sizeof(name)));
	*err = process && process->name ? 0 : -ENOMEM;
	if (*err)
		return NULL;
	process->pid = header->facts.pid;
	process->slot = header->slot;
	return process;
}

static int note_process(struct trace *trace, const struct snapshot *snapshot,
			const struct process_snapshot *from, const struct view *view,
			uint32_t moment)
{
	uint64_t page_bytes = snapshot->header.environment.page_bytes;
	const uint64_t *states = from->totals.states;
	struct selection selection;
	struct trace_sample *sample;
	int err = 0;
	struct trace_process *process = find_process(trace, &from->header, &err);

	if (!process)
		return err;
	sample = add_item((void **)&process->samples, &process->sample_count,
			  &process->sample_capacity, sizeof(*sample));
	if (!sample)
		return -ENOMEM;
	*sample = (struct trace_sample){
		.moment = moment,
		.rss = from->rss_pages * page_bytes,
		.zero = (states[PAGE_ZERO] + states[PAGE_ZERO_HUGE]) * page_bytes,
		.swapped = states[PAGE_SWAPPED] * page_bytes,
	};
	err = selection__init(&selection, from, view, page_bytes);
	if (!err)
		err = admit_arrays(process, &selection);
	selection__deinit(&selection);
	if (!err)
		err = note_arrays(trace, process, from, moment, page_bytes, sample);
	if (!err)
		err = note_lives(trace, process, &from->header, snapshot->header.start_ns);
	return err;
}

static int note_gone(struct trace *trace, uint32_t moment)
{
	size_t i, j;
	int err = 0;

	for (i = 0; i < trace->process_count; i++) {
		struct trace_process *process = &trace->processes[i];

		for (j = 0; !err && j < process->array_count; j++) {
			if (process->arrays[j].seen != moment)
				err = add_point(trace, &process->arrays[j], moment, TRACE_GONE);
		}
	}
	return err;
}

static char *name_of_moment(const struct moment_header *header)
{
	char name[TRACE_TEXT_MAX];

	if (!header->checkpoint)
		return strdup(moment_reason_name(header->reason));
	return format_new("%s %s", moment_reason_name(header->reason),
			  format_name(header->checkpoint, name, sizeof(name)));
}

/* No clock goes back, and none wraps, whatever a file says. */
static uint64_t time_of(const struct trace *trace, const struct moment_header *header)
{
	uint64_t last_ns = trace->moment_count > 1 ? trace->moments[trace->moment_count - 2].time_ns
						   : 0;
	uint64_t time_ns = header->start_ns + header->since_start_ns;

	if (time_ns < header->start_ns)
		time_ns = UINT64_MAX;
	return time_ns > last_ns ? time_ns : last_ns;
}

static int note_moment(struct trace *trace, const struct moment *moment, const struct view *view)
{
	const struct moment_header *header = &moment->header;
	uint32_t index = (uint32_t)trace->moment_count;
	struct view rows = *view;
	struct snapshot snapshot;
	struct trace_moment *noted;
	size_t i;
	int err;

	noted = add_item((void **)&trace->moments, &trace->moment_count, &trace->moment_capacity,
			 sizeof(*noted));
	if (!noted)
		return -ENOMEM;
	if (!index) {
		trace->start_ns = header->start_ns;
		trace->unix_ns = header->time_unix_ns;
	}
	noted->time_ns = time_of(trace, header);
	noted->name = name_of_moment(header);
	if (!noted->name)
		return -ENOMEM;
	rows.detail = rows.pages = false;
	rows.cells = rows.grid_columns = 0;
	err = snapshot__of(moment, &rows, &snapshot);
	for (i = 0; !err && i < snapshot.process_count; i++)
		err = note_process(trace, &snapshot, &snapshot.processes[i], &rows, index);
	snapshot__deinit(&snapshot);
	return err ? err : note_gone(trace, index);
}

/* Largest first, then by id. */
static int compare_peaks(const void *left, const void *right)
{
	const struct trace_array *a = *(struct trace_array *const *)left;
	const struct trace_array *b = *(struct trace_array *const *)right;

	if (a->lost != b->lost)
		return a->lost ? 1 : -1;
	if (a->peak != b->peak)
		return a->peak > b->peak ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

/* Takes a shown array out of the rest of each moment that has it. */
static void take_from_rest(struct trace_process *process, const struct trace_array *array)
{
	uint64_t value = TRACE_GONE;
	size_t i, at = 0;

	for (i = 0; i < process->sample_count; i++) {
		struct trace_sample *sample = &process->samples[i];

		while (at < array->count && array->points[at].moment <= sample->moment)
			value = array->points[at++].value;
		if (value != TRACE_GONE) {
			sample->rest -= value;
			sample->rest_count--;
		}
	}
}

static int choose_arrays(struct trace *trace, struct trace_process *process)
{
	struct trace_array **order = calloc(process->array_count + 1, sizeof(struct trace_array *));
	size_t i;

	if (!order)
		return -ENOMEM;
	for (i = 0; i < process->array_count; i++)
		order[i] = &process->arrays[i];
	array_sort(order, process->array_count, sizeof(struct trace_array *), compare_peaks);
	for (i = 0; i < process->array_count; i++) {
		order[i]->shown = i < TRACE_SHOWN_MAX && !order[i]->lost;
		if (order[i]->shown)
			take_from_rest(process, order[i]);
		else
			trace->arrays_left++;
	}
	free(order);
	return 0;
}

int trace__of(const struct moments *moments, const struct view *view, struct trace *ret)
{
	size_t taken = moments->count < TRACE_MOMENTS_MAX ? moments->count : TRACE_MOMENTS_MAX, i;
	const struct moment *moment;
	int err = 0;

	*ret = (struct trace){ .moments_left = moments->count - taken };
	if (!taken)
		return -EINVAL;
	/* The first, the last, and as many between them as there is room for, evenly. */
	for (i = 0; !err && i < taken; i++) {
		size_t index = taken > 1 ? i * (moments->count - 1) / (taken - 1) : 0;

		err = moments->at(moments->from, index, &moment);
		if (!err)
			err = note_moment(ret, moment, view);
		progress_step(1);
	}
	for (i = 0; !err && i < ret->process_count; i++)
		err = choose_arrays(ret, &ret->processes[i]);
	return err;
}
