/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/rows/brief.h"

/* A region has a row if it has a twentieth of all memory or more: at most twenty have that. */
#define SMALL_PART 20u

/* Untouched memory counts by its span, if the program can fill it. */
static bool is_small(const struct selection *selection, const struct row_entry *entry)
{
	const struct tally *totals = &selection->process->totals;
	const struct tally *tally = entry->tally;

	if (tally->resident && tally->resident >= totals->resident / SMALL_PART)
		return false;
	return !vma_is_lazy_memory(&entry->region->vma) ||
	       tally->pages < totals->pages / SMALL_PART;
}

/* Views are counted with the arrays that own their memory. */
static bool is_told_by_arrays(const struct selection *selection, size_t region)
{
	const struct tally *tally = selection->entries[region].tally;
	uint64_t pages = 0, resident = 0;
	size_t i;

	for (i = 0; i < selection->count; i++) {
		const struct row_entry *entry = &selection->entries[i];

		if (!entry->folded || entry->under != region || entry->array->desc.owner)
			continue;
		pages += entry->tally->pages;
		resident += entry->tally->resident;
	}
	return pages && pages >= tally->pages / 2 && resident >= tally->resident / 2;
}

/*
 * Arrays of a data file begin and end within pages, so that neighbours share some: without the row
 * of their mapping each would be folded under another.
 */
static bool holds_tensors(const struct row_entry *entry)
{
	return entry->region && entry->tensors > 1;
}

static void count_tensors(struct selection *selection)
{
	size_t i;

	for (i = 0; i < selection->count; i++) {
		const struct row_entry *entry = &selection->entries[i];

		if (entry->folded && entry->array && entry->array->desc.source == ARRAY_FILE)
			selection->entries[entry->under].tensors++;
	}
}

static void cut_regions(struct selection *selection)
{
	size_t i;

	for (i = 0; i < selection->count; i++) {
		struct row_entry *entry = &selection->entries[i];

		if (entry->region && entry->place == ROW_SHOWN && !holds_tensors(entry) &&
		    (is_small(selection, entry) || is_told_by_arrays(selection, i)))
			entry->place = ROW_LEFT_OUT;
	}
}

/* Arrays and what holds them before regions, views last. */
static unsigned int rank_of(const struct row_entry *entry)
{
	if (holds_tensors(entry))
		return 0;
	if (entry->region)
		return 1;
	return entry->array->desc.owner ? 2 : 0;
}

static uint32_t cut_rank(struct selection *selection, unsigned int rank, uint32_t room)
{
	size_t i;

	for (i = 0; i < selection->count; i++) {
		struct row_entry *entry = &selection->entries[i];

		if (entry->place != ROW_SHOWN || rank_of(entry) != rank ||
		    (entry->array && entry->array->desc.asked_for))
			continue;
		if (room)
			room--;
		else
			entry->place = ROW_LEFT_OUT;
	}
	return room;
}

void brief_cut(struct selection *selection)
{
	uint32_t room = BRIEF_ROWS;
	unsigned int rank;

	count_tensors(selection);
	cut_regions(selection);
	for (rank = 0; rank < 3; rank++)
		room = cut_rank(selection, rank, room);
}
