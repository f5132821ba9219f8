/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* From the rows of a moment to the items of the live view. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/format.h"
#include "live/picture_priv.h"
#include "render/array_name.h"

#define NAME_BYTES 1024

struct filler {
	struct picture *picture;
	const struct process_snapshot *process;
	struct tally_input input;
	struct intervals arrays; /* their pages */
	struct code_files code;
	size_t parent;		   /* the process's item; NO_ITEM: it is alone and has none */
	size_t group_item[GROUPS]; /* NO_ITEM: not there yet */
	size_t *array_items;	   /* of each array */
};

struct tally_input picture__input(const struct picture *picture,
				  const struct process_snapshot *process)
{
	size_t which = process - picture->snapshot.processes;

	return tally_input__of(&picture->moment.header, &process->header, &picture->lists[which]);
}

struct item *picture__add(struct picture *picture, size_t parent, enum item_kind kind, uint64_t id,
			  const char *name)
{
	struct item *item;

	if (array_reserve((void **)&picture->items, &picture->capacity, picture->count + 1,
			  sizeof(*picture->items)))
		return NULL;
	item = &picture->items[picture->count];
	memset(item, 0, sizeof(*item));
	item->name = strdup(name);
	if (!item->name)
		return NULL;
	item->parent = parent;
	item->key.kind = kind;
	item->key.id = id;
	picture->count++;
	return item;
}

static struct item *add_item(struct filler *filler, size_t parent, enum item_kind kind, uint64_t id,
			     const char *name)
{
	struct item *item = picture__add(filler->picture, parent, kind, id, name);

	if (item) {
		item->process = filler->process;
		item->key.pid = filler->process->header.facts.pid;
	}
	return item;
}

static unsigned int marks_of(const struct tally *tally)
{
	return (tally->states[PAGE_FILE] ? MARK_FILE : 0) |
	       (tally->states[PAGE_SHMEM] ? MARK_SHARED : 0) |
	       (tally->states[PAGE_ANON_HUGE] ? MARK_HUGE : 0) |
	       (tally->states[PAGE_SWAPPED] ? MARK_SWAPPED : 0);
}

static void set_figures(const struct filler *filler, struct item *item, const struct tally *tally)
{
	item->resident = tally->resident * filler->input.page_bytes;
	item->touched = tally->touch.pages_touched * filler->input.page_bytes;
	item->marks = marks_of(tally);
}

/* The group's item, made when it gets its first page. */
static int group_item(struct filler *filler, enum item_group group, size_t *ret)
{
	struct item *item;

	*ret = filler->group_item[group];
	if (*ret != NO_ITEM)
		return 0;
	item = add_item(filler, filler->parent, ITEM_GROUP, group, group_name(group));
	if (!item)
		return -ENOMEM;
	item->group = group;
	*ret = filler->group_item[group] = filler->picture->count - 1;
	return 0;
}

static int add_to_group(struct filler *filler, enum item_group group, const struct tally *tally,
			uint64_t minus_resident, uint64_t minus_touched, uint64_t span)
{
	size_t index;
	int err = group_item(filler, group, &index);
	struct item *item;

	if (err)
		return err;
	item = &filler->picture->items[index];
	item->span += span;
	item->resident += (tally->resident - minus_resident) * filler->input.page_bytes;
	item->touched += (tally->touch.pages_touched - minus_touched) * filler->input.page_bytes;
	item->marks |= marks_of(tally);
	return 0;
}

/* A library is known by the last part of its path; other files by all of it. */
static void name_region(const struct vma *vma, enum item_group group, char *buffer, size_t size)
{
	const char *slash = group == GROUP_LIBRARIES ? strrchr(vma->path, '/') : NULL;
	const char *path = slash ? slash + 1 : vma->path;
	char name[NAME_BYTES];

	if (!*vma->path)
		snprintf(buffer, size, "anon %" PRIx64, vma->start);
	else if (vma_maps_file(vma))
		snprintf(buffer, size, "%.900s %c%c%c", format_name(path, name, sizeof(name)),
			 vma->readable ? 'r' : '-', vma->writable ? 'w' : '-',
			 vma->executable ? 'x' : '-');
	else
		format_name(vma->path, buffer, size);
}

static int add_region(struct filler *filler, const struct region_row *row)
{
	enum item_group group = group_of(&filler->code, &row->vma);
	uint64_t bytes = row->vma.end - row->vma.start;
	char name[NAME_BYTES];
	struct tally taken;
	struct item *item;
	uint64_t covered;
	size_t index;
	int err;

	covered = intervals__bytes(&filler->arrays, row->vma.start, row->vma.end);
	err = arrays_within(&filler->arrays, &filler->input, row->vma.start, row->vma.end, &taken);
	if (!err && covered)
		err = add_to_group(filler, GROUP_ARRAYS, &taken, 0, 0, covered);
	if (err || covered == bytes)
		return err;
	err = add_to_group(filler, group, &row->tally, taken.resident, taken.touch.pages_touched,
			   bytes - covered);
	if (err)
		return err;
	index = filler->group_item[group];
	filler->picture->items[index].count++;
	name_region(&row->vma, group, name, sizeof(name));
	item = add_item(filler, index, ITEM_REGION, row->vma.start, name);
	if (!item)
		return -ENOMEM;
	item->group = group;
	item->region = row;
	item->start = row->vma.start;
	item->end = row->vma.end;
	item->span = bytes;
	set_figures(filler, item, &row->tally);
	return 0;
}

static int add_array(struct filler *filler, size_t which, size_t parent)
{
	const struct array_row *row = &filler->process->arrays[which];
	uint64_t page = filler->input.page_bytes;
	char name[NAME_BYTES];
	struct item *item;

	array_name_safe(&row->desc, row->desc.name, name, sizeof(name));
	item = add_item(filler, parent, ITEM_ARRAY, row->desc.id, name);
	if (!item)
		return -ENOMEM;
	filler->array_items[which] = filler->picture->count - 1;
	item->group = GROUP_ARRAYS;
	item->array = row;
	item->start = row->desc.start - row->desc.start % page;
	item->end = row->desc.end + (page - row->desc.end % page) % page;
	item->span = row->desc.end - row->desc.start;
	set_figures(filler, item, &row->tally);
	return 0;
}

struct owner {
	uint32_t id;
	size_t array;
};

static int by_id(const void *left, const void *right)
{
	const struct owner *a = left, *b = right;

	return (a->id > b->id) - (a->id < b->id);
}

/* Arrays that are no views, by their ids. */
static struct owner *list_owners(const struct process_snapshot *process, size_t *count)
{
	struct owner *owners = calloc(process->array_count + 1, sizeof(*owners));
	size_t i;

	*count = 0;
	for (i = 0; owners && i < process->array_count; i++) {
		if (!process->arrays[i].desc.owner)
			owners[(*count)++] = (struct owner){ process->arrays[i].desc.id, i };
	}
	array_sort(owners, *count, sizeof(*owners), by_id);
	return owners;
}

/* What owns its memory, or owns that of nobody who is here. */
static int add_owners(struct filler *filler, size_t group)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < filler->process->array_count; i++) {
		if (!filler->process->arrays[i].desc.owner)
			err = add_array(filler, i, group);
	}
	return err;
}

static int add_views(struct filler *filler, size_t group, const struct owner *owners, size_t count)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < filler->process->array_count; i++) {
		struct owner key = { filler->process->arrays[i].desc.owner, 0 }, *owner;

		if (!key.id)
			continue;
		owner = array_find(&key, owners, count, sizeof(key), by_id);
		err = add_array(filler, i, owner ? filler->array_items[owner->array] : group);
	}
	return err;
}

static int add_arrays(struct filler *filler)
{
	size_t group, count;
	struct owner *owners;
	int err;

	if (!filler->process->array_count)
		return 0;
	owners = list_owners(filler->process, &count);
	filler->array_items = calloc(filler->process->array_count, sizeof(size_t));
	err = owners && filler->array_items ? group_item(filler, GROUP_ARRAYS, &group) : -ENOMEM;
	if (!err)
		err = add_owners(filler, group);
	if (!err)
		err = add_views(filler, group, owners, count);
	if (!err)
		filler->picture->items[group].count = filler->process->array_count;
	free(owners);
	free(filler->array_items);
	return err;
}

static int add_all(struct filler *filler)
{
	size_t i;
	int err;

	err = arrays_pages(filler->process, filler->input.page_bytes, &filler->arrays);
	if (!err)
		err = code_files__init(&filler->code, filler->process);
	if (!err)
		err = add_arrays(filler);
	for (i = 0; !err && i < filler->process->region_count; i++)
		err = add_region(filler, &filler->process->regions[i]);
	return err;
}

static int add_process(struct picture *picture, const struct process_snapshot *process,
		       size_t parent)
{
	struct filler filler = {
		.picture = picture,
		.process = process,
		.input = picture__input(picture, process),
		.parent = parent,
	};
	int err, i;

	for (i = 0; i < GROUPS; i++)
		filler.group_item[i] = NO_ITEM;
	picture->touch_known |= process->header.faults_known;
	picture->rss += process->rss_pages * filler.input.page_bytes;
	err = add_all(&filler);
	intervals__deinit(&filler.arrays);
	code_files__deinit(&filler.code);
	return err;
}

/* Of those before it: a parent was there before its children were, and nothing is its own parent. */
static size_t parent_of(const struct picture *picture, size_t processes, uint32_t pid)
{
	size_t i;

	for (i = processes; pid && i-- > 0;) {
		if (picture->items[i].key.pid == pid)
			return i;
	}
	return NO_ITEM;
}

static int add_process_item(struct picture *picture, const struct process_snapshot *process)
{
	const struct process_facts *facts = &process->header.facts;
	uint64_t page_bytes = picture->moment.header.environment.page_bytes;
	size_t parent = parent_of(picture, picture->count, facts->parent);
	char comm[NAME_BYTES], name[NAME_BYTES];
	struct item *item;

	snprintf(name, sizeof(name), "%.512s %" PRIu32 "%s",
		 format_name(facts->comm, comm, sizeof(comm)), facts->pid,
		 process->header.exited ? " (ended)" : "");
	item = picture__add(picture, parent, ITEM_PROCESS, 0, name);
	if (!item)
		return -ENOMEM;
	item->process = process;
	item->key.pid = facts->pid;
	item->span = process->totals.pages * page_bytes;
	item->resident = process->rss_pages * page_bytes;
	item->touched = process->totals.touch.pages_touched * page_bytes;
	item->marks = marks_of(&process->totals);
	return 0;
}

int picture_fill(struct picture *picture)
{
	const struct snapshot *snapshot = &picture->snapshot;
	bool alone = snapshot->process_count == 1;
	size_t i;
	int err = 0;

	for (i = 0; !err && !alone && i < snapshot->process_count; i++)
		err = add_process_item(picture, &snapshot->processes[i]);
	for (i = 0; !err && i < snapshot->process_count; i++)
		err = add_process(picture, &snapshot->processes[i], alone ? NO_ITEM : i);
	return err;
}
