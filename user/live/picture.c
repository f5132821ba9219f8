/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Life of a picture, and what it knows of the one before. */
#include "live/picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/names_apart.h"
#include "live/picture_priv.h"

int item_key_compare(const struct item_key *a, const struct item_key *b)
{
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

bool item_key_same(const struct item_key *a, const struct item_key *b)
{
	return !item_key_compare(a, b);
}

static int by_key(const void *left, const void *right, void *ctx)
{
	const struct picture *picture = ctx;

	return item_key_compare(&picture->items[*(const size_t *)left].key,
				&picture->items[*(const size_t *)right].key);
}

static int sort_keys(struct picture *picture)
{
	size_t i;

	picture->by_key = calloc(picture->count + 1, sizeof(*picture->by_key));
	if (!picture->by_key)
		return -ENOMEM;
	for (i = 0; i < picture->count; i++)
		picture->by_key[i] = i;
	qsort_r(picture->by_key, picture->count, sizeof(*picture->by_key), by_key, picture);
	return 0;
}

struct wanted_item {
	const struct picture *picture;
	const struct item_key *key;
};

static int compare_wanted(const void *left, const void *right)
{
	const struct wanted_item *wanted = left;

	return item_key_compare(wanted->key, &wanted->picture->items[*(const size_t *)right].key);
}

size_t picture__find(const struct picture *picture, const struct item_key *key)
{
	const struct wanted_item wanted = { picture, key };
	const size_t *found = array_find(&wanted, picture->by_key, picture->count,
					 sizeof(*picture->by_key), compare_wanted);

	return found ? *found : NO_ITEM;
}

/* Per second, of a difference in so many ns. */
static uint64_t per_second(uint64_t difference, uint64_t ns)
{
	return (uint64_t)((unsigned __int128)difference * 1000000000u / ns);
}

static void set_rates(struct item *item, const struct item *before, uint64_t ns)
{
	bool grows = item->resident >= before->resident;
	uint64_t size = grows ? item->resident - before->resident
			      : before->resident - item->resident;

	item->rates_known = true;
	item->change = grows ? (int64_t)per_second(size, ns) : -(int64_t)per_second(size, ns);
	/* What was touched in a life that is over is not in the count any more. */
	if (item->touched > before->touched)
		item->touch_rate = per_second(item->touched - before->touched, ns);
}

static void compare_with(struct picture *picture, const struct picture *before)
{
	uint64_t now = picture->moment.header.since_start_ns;
	uint64_t then = before->moment.header.since_start_ns;
	size_t i;

	if (now <= then)
		return;
	picture->steady = picture->count == before->count;
	for (i = 0; i < picture->count; i++) {
		size_t found = picture__find(before, &picture->items[i].key);

		if (found != NO_ITEM)
			set_rates(&picture->items[i], &before->items[found], now - then);
		picture->steady &= found != NO_ITEM && !picture->items[i].change &&
				   !picture->items[i].touch_rate;
	}
}

static bool is_unchanged(const struct moment *moment, const struct moment *before)
{
	size_t i;

	if (moment->process_count != before->process_count ||
	    moment->header.complete != before->header.complete ||
	    memcmp(&moment->header.losses, &before->header.losses, sizeof(moment->header.losses)))
		return false;
	for (i = 0; i < moment->process_count; i++) {
		const struct process_moment *now = &moment->processes[i];
		const struct process_moment *was = &before->processes[i];

		if (!now->header.scan_age_ns || now->header.facts.pid != was->header.facts.pid ||
		    !process_moment__same_lists(now, was))
			return false;
	}
	return true;
}

bool picture__advance(struct picture *picture, const struct moment *moment)
{
	size_t i;

	if (!picture || !picture->steady || !picture->borrowed ||
	    !is_unchanged(moment, &picture->moment))
		return false;
	picture->moment = *moment;
	picture->snapshot.header = moment->header;
	for (i = 0; i < moment->process_count; i++) {
		picture->snapshot.processes[i].header = moment->processes[i].header;
		picture->snapshot.processes[i].moment = &moment->processes[i];
	}
	return true;
}

static int tell_names_apart(struct picture *picture)
{
	const char **names = calloc(picture->count + 1, sizeof(*names));
	size_t *differs = calloc(picture->count + 1, sizeof(*differs));
	int err = names && differs ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; !err && i < picture->count; i++)
		names[i] = picture->items[i].name;
	if (!err)
		err = names_apart(names, picture->count, differs);
	for (i = 0; !err && i < picture->count; i++)
		picture->items[i].differs = differs[i];
	free(names);
	free(differs);
	return err;
}

static int list_processes(struct picture *picture)
{
	const struct moment *moment = &picture->moment;
	size_t i;
	int err = 0;

	picture->lists = calloc(moment->process_count + 1, sizeof(*picture->lists));
	if (!picture->lists)
		return -ENOMEM;
	for (i = 0; !err && i < moment->process_count; i++)
		err = process_lists__of(&moment->processes[i], &picture->lists[i]);
	return err;
}

int picture__of(const struct moment *moment, const struct picture *before, struct picture **ret)
{
	struct picture *picture = calloc(1, sizeof(*picture));
	int err;

	if (!picture)
		return -ENOMEM;
	picture->moment = *moment;
	picture->borrowed = true;
	err = snapshot__counts(&picture->moment, &picture->snapshot);
	if (!err)
		err = list_processes(picture);
	if (!err)
		err = picture_fill(picture);
	if (!err)
		err = tell_names_apart(picture);
	if (!err)
		err = sort_keys(picture);
	if (err) {
		picture__free(picture);
		return err;
	}
	if (before)
		compare_with(picture, before);
	*ret = picture;
	return 0;
}

int picture__new(struct moment *moment, const struct picture *before, struct picture **ret)
{
	int err = picture__of(moment, before, ret);

	if (err)
		moment__deinit(moment);
	else
		(*ret)->borrowed = false;
	memset(moment, 0, sizeof(*moment));
	return err;
}

void picture__free(struct picture *picture)
{
	size_t i;

	if (!picture)
		return;
	for (i = 0; i < picture->count; i++) {
		heat__deinit(&picture->items[i].heat);
		free(picture->items[i].name);
	}
	free(picture->items);
	free(picture->by_key);
	for (i = 0; picture->lists && i < picture->moment.process_count; i++)
		process_lists__deinit(&picture->lists[i]);
	free(picture->lists);
	snapshot__deinit(&picture->snapshot);
	if (!picture->borrowed)
		moment__deinit(&picture->moment);
	free(picture);
}

int picture__heat(struct picture *picture, struct item *item, uint32_t cells)
{
	struct tally_input input;

	if (item->heat_cells == cells || item->start >= item->end)
		return 0;
	heat__deinit(&item->heat);
	item->heat_cells = cells;
	input = picture__input(picture, item->process);
	return tally_heat(&input, item->start, item->end, cells, &item->heat);
}
