/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Lists rows, sorts them, folds rows that show the same memory, and counts the rest. */
#include "model/rows/selection.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sorted.h"
#include "base/wildcard.h"
#include "model/array_called.h"
#include "model/rows/brief.h"
#include "model/rows/fold.h"

static uint64_t page_floor(uint64_t address, uint64_t page_bytes)
{
	return address - address % page_bytes;
}

static void list_array(struct row_entry *entry, const struct array_row *row, uint64_t page_bytes)
{
	const struct array_desc *desc = &row->desc;

	*entry = (struct row_entry){
		.array = row,
		.tally = &row->tally,
		.name = desc->name,
		.start = page_floor(desc->start, page_bytes),
		.end = desc->end + (page_bytes - desc->end % page_bytes) % page_bytes,
		.span = desc->end - desc->start,
	};
}

static void list_region(struct row_entry *entry, const struct region_row *row)
{
	*entry = (struct row_entry){
		.region = row,
		.tally = &row->tally,
		.name = row->vma.path,
		.start = row->vma.start,
		.end = row->vma.end,
		.span = row->vma.end - row->vma.start,
	};
	if (*entry->name)
		return;
	snprintf(entry->anon_name, sizeof(entry->anon_name), "anon %" PRIx64, row->vma.start);
}

static uint64_t size_of(const struct row_entry *entry, enum row_order order)
{
	switch (order) {
	case ROW_BY_SPAN:
		return entry->span;
	case ROW_BY_RESIDENT:
		return entry->tally->resident;
	case ROW_BY_TOUCHED:
		return entry->tally->touch.pages_touched;
	default:
		return 0;
	}
}

/* Largest first, but names and addresses ascend; ties: the larger range, then arrays. */
static int compare_entries(const void *left, const void *right, void *ctx)
{
	const struct row_entry *a = left, *b = right;
	enum row_order order = *(const enum row_order *)ctx;
	int names = order == ROW_BY_NAME ? strcmp(a->name, b->name) : 0;

	if (names)
		return names;
	if (size_of(a, order) != size_of(b, order))
		return size_of(a, order) < size_of(b, order) ? 1 : -1;
	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->end != b->end)
		return a->end > b->end ? -1 : 1;
	if (!a->array != !b->array)
		return a->array ? -1 : 1;
	return a->array ? (a->array > b->array) - (a->array < b->array)
			: (a->region > b->region) - (a->region < b->region);
}

static int list_rows(struct selection *ret, const struct process_snapshot *process,
		     const struct view *view, uint64_t page_bytes)
{
	enum row_order order = view->order;
	size_t i;

	ret->process = process;
	ret->count = process->array_count + process->region_count;
	ret->entries = calloc(ret->count + 1, sizeof(*ret->entries));
	ret->shown = calloc(ret->count + 1, sizeof(*ret->shown));
	ret->regions = calloc(process->region_count + 1, sizeof(*ret->regions));
	if (!ret->entries || !ret->shown || !ret->regions)
		return -ENOMEM;
	for (i = 0; i < process->array_count; i++)
		list_array(&ret->entries[i], &process->arrays[i], page_bytes);
	for (i = 0; i < process->region_count; i++)
		list_region(&ret->entries[process->array_count + i], &process->regions[i]);
	for (i = 0; i < ret->count; i++) {
		if (!*ret->entries[i].name && ret->entries[i].region)
			ret->entries[i].name = ret->entries[i].anon_name;
	}
	qsort_r(ret->entries, ret->count, sizeof(*ret->entries), compare_entries, &order);
	/* Names of regions without a path are stored in the entries, which have moved. */
	for (i = 0; i < ret->count; i++) {
		if (*ret->entries[i].anon_name)
			ret->entries[i].name = ret->entries[i].anon_name;
		if (ret->entries[i].region)
			ret->regions[ret->entries[i].region - process->regions] = &ret->entries[i];
	}
	return 0;
}

static bool is_too_small(const struct row_entry *entry, const struct view *view)
{
	const struct array_desc *array = entry->array ? &entry->array->desc : NULL;

	/* The parts that are left of an mmap call are shown, however small: the call was not. */
	if (array && (array->asked_for || array->source == ARRAY_MAPPING))
		return false;
	return entry->span <
	       (array && array->source == ARRAY_HEAP ? view->min_heap_bytes : view->min_bytes);
}

/* An array found by the filter is shown by the name that matched. */
static bool is_wanted(struct row_entry *entry, const struct view *view)
{
	const char *name;

	if (is_too_small(entry, view))
		return false;
	if (!view->filter)
		return true;
	if (!entry->array)
		return wildcard_match(view->filter, entry->name);
	name = array_called(&entry->array->desc, view->filter, wildcard_match);
	if (name)
		entry->name = name;
	return name != NULL;
}

/* Index of the first region with end > address. */
static size_t first_region(const struct process_snapshot *process, uint64_t address)
{
	return sorted_above(process->regions, process->region_count, sizeof(*process->regions),
			    offsetof(struct region_row, vma.end), address);
}

/* The shown region of an address, unless an array has all of it. */
static const struct row_entry *shown_region(const struct selection *selection, uint64_t address)
{
	size_t i = first_region(selection->process, address);

	if (i == selection->process->region_count || selection->regions[i]->start > address ||
	    selection->regions[i]->place == ROW_LEFT_OUT)
		return NULL;
	return selection->regions[i];
}

/* Regions that lie wholly within an array: the array shows them. */
static bool is_of_regions(const struct selection *selection, const struct row_entry *array)
{
	const struct row_entry *first = shown_region(selection, array->start);
	const struct row_entry *last = shown_region(selection, array->end - 1);

	return array->array->tally.pages == array->array->range_pages &&
	       (!first || first->start >= array->start) && (!last || last->end <= array->end);
}

enum { RANK_OF_REGIONS, RANK_REGION, RANK_ARRAY };

static unsigned int rank_of(const struct selection *selection, const struct row_entry *entry)
{
	if (entry->place != ROW_SHOWN)
		return FOLD_ASIDE;
	if (entry->region)
		return RANK_REGION;
	return is_of_regions(selection, entry) ? RANK_OF_REGIONS : RANK_ARRAY;
}

/* Folds what is shown, and finds the regions that lie within arrays. */
static int fold_shown(struct selection *selection)
{
	struct fold_range *ranges = calloc(selection->count + 1, sizeof(*ranges));
	size_t i;
	int err;

	if (!ranges)
		return -ENOMEM;
	for (i = 0; i < selection->count; i++) {
		const struct row_entry *entry = &selection->entries[i];

		ranges[i] = (struct fold_range){ entry->start, entry->end,
						 rank_of(selection, entry), i };
	}
	err = fold_ranges(ranges, selection->count);
	for (i = 0; !err && i < selection->count; i++) {
		struct row_entry *entry = &selection->entries[i];
		const struct row_entry *root = &selection->entries[ranges[i].root];

		entry->within = entry->region && root->array && root->start <= entry->start &&
				entry->end <= root->end;
		if (entry->within && entry->place == ROW_SHOWN)
			entry->place = ROW_WITHIN;
		entry->folded = entry->place == ROW_SHOWN && root != entry;
		entry->under = ranges[i].root;
	}
	free(ranges);
	return err;
}

/* Anew after rows are cut: the arrays that contain regions may be among those. */
static int fold_what_is_left(struct selection *selection)
{
	int err = fold_shown(selection);
	size_t i;

	for (i = 0; !err && i < selection->count; i++) {
		if (selection->entries[i].place == ROW_WITHIN && !selection->entries[i].within)
			selection->entries[i].place = ROW_LEFT_OUT;
	}
	return err;
}

static void cut_top(struct selection *selection, uint32_t top)
{
	size_t i, shown = 0;

	for (i = 0; i < selection->count; i++) {
		struct row_entry *entry = &selection->entries[i];

		if (entry->place == ROW_SHOWN && shown++ >= top)
			entry->place = ROW_LEFT_OUT;
	}
}

static int by_root(const void *left, const void *right)
{
	const struct row_entry *a = *(const struct row_entry *const *)left;
	const struct row_entry *b = *(const struct row_entry *const *)right;

	if (a->under != b->under)
		return a->under < b->under ? -1 : 1;
	if (a->folded != b->folded)
		return a->folded ? 1 : -1;
	return (a > b) - (a < b);
}

static void list_shown(struct selection *selection)
{
	size_t i;

	for (i = 0; i < selection->count; i++) {
		const struct row_entry *entry = &selection->entries[i];

		if (entry->place == ROW_SHOWN)
			selection->shown[selection->shown_count++] = entry;
	}
	array_sort(selection->shown, selection->shown_count, sizeof(*selection->shown), by_root);
}

static void take_count(uint64_t *from, uint64_t part)
{
	*from -= part < *from ? part : *from;
}

/* Pages outside all mappings are absent, and not in the totals. */
static uint64_t pages_of_nothing(const struct process_snapshot *process,
				 const struct row_entry *entry, uint64_t page_bytes)
{
	uint64_t left = (entry->end - entry->start) / page_bytes, absent;
	size_t i;

	if (!entry->array)
		return 0;
	i = first_region(process, entry->start);
	for (; i < process->region_count && process->regions[i].vma.start < entry->end; i++) {
		const struct vma *vma = &process->regions[i].vma;
		uint64_t start = vma->start > entry->start ? vma->start : entry->start;
		uint64_t end = vma->end < entry->end ? vma->end : entry->end;

		left -= (end - start) / page_bytes;
	}
	absent = entry->tally->states[PAGE_ABSENT];
	return left < absent ? left : absent;
}

static void take_row(struct tally *rest, const struct tally *tally, uint64_t unmapped)
{
	unsigned int i;

	take_count(&rest->pages, tally->pages - unmapped);
	take_count(&rest->resident, tally->resident);
	for (i = 0; i < PAGE_STATES; i++)
		take_count(&rest->states[i], tally->states[i] - (i == PAGE_ABSENT ? unmapped : 0));
	for (i = 0; i < LEDGER_CLASSES; i++)
		take_count(&rest->ledger[i], tally->ledger[i]);
	take_count(&rest->touch.pages_read, tally->touch.pages_read);
	take_count(&rest->touch.pages_written, tally->touch.pages_written);
	take_count(&rest->touch.pages_touched, tally->touch.pages_touched);
	take_count(&rest->touch.zero_read, tally->touch.zero_read);
	take_count(&rest->touch.gone, tally->touch.gone);
}

static void count_left(struct selection *selection, const struct process_snapshot *process,
		       uint64_t page_bytes)
{
	size_t i;

	selection->rest = process->totals;
	for (i = 0; i < selection->count; i++) {
		const struct row_entry *entry = &selection->entries[i];

		if (entry->place == ROW_SHOWN && !entry->folded)
			take_row(&selection->rest, entry->tally,
				 pages_of_nothing(process, entry, page_bytes));
		if (entry->place != ROW_LEFT_OUT)
			continue;
		selection->arrays_left += entry->array != NULL;
		selection->regions_left += entry->region != NULL;
		selection->rest_regions += entry->region && !entry->within;
		if (!entry->region)
			continue;
		tally_add(&selection->regions_sum, entry->tally);
		if (entry->region->vma.kind != VMA_HUGETLB)
			selection->regions_rss_pages += entry->tally->resident;
	}
}

int selection__init(struct selection *ret, const struct process_snapshot *process,
		    const struct view *view, uint64_t page_bytes)
{
	size_t i;
	int err;

	memset(ret, 0, sizeof(*ret));
	err = list_rows(ret, process, view, page_bytes);
	for (i = 0; !err && i < ret->count; i++) {
		if (is_wanted(&ret->entries[i], view))
			ret->entries[i].place = ROW_SHOWN;
	}
	if (!err)
		err = fold_shown(ret);
	if (!err && view->top)
		cut_top(ret, view->top);
	if (!err && view->brief)
		brief_cut(ret);
	if (!err && (view->top || view->brief))
		err = fold_what_is_left(ret);
	if (err)
		return err;
	list_shown(ret);
	count_left(ret, process, page_bytes);
	return 0;
}

void selection__deinit(struct selection *selection)
{
	free(selection->entries);
	free(selection->shown);
	free(selection->regions);
	memset(selection, 0, sizeof(*selection));
}
