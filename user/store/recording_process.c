/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What changed in a process since the moment before. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/counted.h"
#include "store/match.h"
#include "store/recording_priv.h"

void kept_process__deinit(struct kept_process *kept)
{
	unsigned int i;

	process_moment__deinit(&kept->moment);
	for (i = 0; i < MOMENT_LISTS; i++)
		free(kept->ids[i]);
	free(kept->pages);
	memset(kept, 0, sizeof(*kept));
}

static int write_aliases(struct recording *recording, int64_t id, const struct array_desc *array)
{
	sqlite3_stmt *insert = recording->writes[WRITE_ALIAS];
	size_t i;
	int err = 0;

	for (i = 0; !err && i < array->alias_count; i++) {
		db_bind(insert, 1, (uint64_t)id);
		db_bind(insert, 2, i);
		db_bind_text(insert, 3, array->aliases[i]);
		err = db_step(insert);
	}
	return err;
}

static int write_item(struct recording *recording, enum moment_list list, const void *item,
		      const struct kept_process *kept, uint64_t start_ns, int64_t *id)
{
	sqlite3_stmt *insert = recording->writes[WRITE_ITEM + list];
	int err;

	*id = recording->next[list]++;
	item_bind(insert, list, item, start_ns, recording->scratch);
	db_bind(insert, 1, (uint64_t)*id);
	db_bind(insert, 2, (uint64_t)kept->id);
	err = db_step(insert);
	recording->written++;
	return err || list != MOMENT_ARRAYS ? err : write_aliases(recording, *id, item);
}

static int write_gone(struct recording *recording, enum moment_list list, int64_t id)
{
	sqlite3_stmt *insert = recording->writes[WRITE_GONE + list];

	recording->written++;
	db_bind(insert, 1, (uint64_t)id);
	db_bind(insert, 2, recording->moments + 1);
	return db_step(insert);
}

/* From one list to the other, which has room for its ids. */
static int write_changes(struct recording *recording, enum moment_list which,
			 const struct kept_process *kept, const struct match_list *before,
			 const struct match_list *now, uint64_t start_ns)
{
	const struct shared_kind *kind = moment_kind(which);
	int err = match_items(kind, before, now);
	size_t i;

	for (i = 0; !err && i < before->count; i++) {
		if (before->ids[i])
			err = write_gone(recording, which, before->ids[i]);
	}
	for (i = 0; !err && i < now->count; i++) {
		const char *item = (const char *)now->items + i * kind->item_bytes;

		if (!now->ids[i])
			err = write_item(recording, which, item, kept, start_ns, &now->ids[i]);
	}
	return err;
}

static int write_list(struct recording *recording, enum moment_list which,
		      struct kept_process *kept, struct process_lists *before,
		      struct process_lists *now, uint64_t start_ns)
{
	const struct list_place from = process_lists__place(before, which);
	const struct list_place to = process_lists__place(now, which);
	struct match_list olds = { *from.items, *from.count, kept->ids[which] }, news;
	int err;

	news = (struct match_list){ *to.items, *to.count, calloc(*to.count + 1, sizeof(int64_t)) };
	if (!news.ids)
		return -ENOMEM;
	/* Its rows are of no use any more: all items are written anew. */
	if (!olds.ids)
		olds.count = 0;
	err = write_changes(recording, which, kept, &olds, &news, start_ns);
	free(kept->ids[which]);
	kept->ids[which] = news.ids;
	return err;
}

int recording_write_lists(struct recording *recording, struct kept_process *kept,
			  const struct process_moment *process, uint64_t start_ns)
{
	struct process_lists before, now = { 0 };
	unsigned int i;
	int err = process_lists__of(&kept->moment, &before);

	if (!err)
		err = process_lists__of(process, &now);
	for (i = 0; !err && i < MOMENT_LISTS; i++) {
		const struct shared_list **held = &kept->moment.lists[i];

		if (!kept->ids[i] || *held != process->lists[i])
			err = write_list(recording, (enum moment_list)i, kept, &before, &now,
					 start_ns);
	}
	process_lists__deinit(&before);
	process_lists__deinit(&now);
	for (i = 0; i < MOMENT_LISTS; i++) {
		counted__drop(kept->moment.lists[i]);
		kept->moment.lists[i] = counted__hold(process->lists[i]);
	}
	return err;
}

static int by_number(const void *left, const void *right)
{
	const struct noted_pages *a = left, *b = right;

	return (a->number > b->number) - (a->number < b->number);
}

static struct noted_pages pages_of(const struct array_row *row, uint64_t start_ns)
{
	const struct tally *tally = &row->tally;
	const uint64_t *states = tally->states;

	return (struct noted_pages){
		row->desc.id,
		{ tally->pages, tally->resident, states[PAGE_ZERO] + states[PAGE_ZERO_HUGE],
		  states[PAGE_SWAPPED], tally->touch.pages_touched,
		  tally->touch.first_ns ? tally->touch.first_ns - start_ns : UINT64_MAX },
	};
}

static int write_pages(struct recording *recording, const struct kept_process *kept,
		       const struct noted_pages *pages, bool faults)
{
	sqlite3_stmt *insert = recording->writes[WRITE_ARRAY_PAGES];
	int i;

	db_bind(insert, 1, (uint64_t)kept->id);
	db_bind(insert, 2, pages->number);
	db_bind(insert, 3, recording->moments + 1);
	for (i = 0; i < 6; i++)
		db_bind(insert, 4 + i, pages->counts[i]);
	if (!faults)
		sqlite3_bind_null(insert, 8);
	if (pages->counts[5] == UINT64_MAX)
		sqlite3_bind_null(insert, 9);
	return db_step(insert);
}

int recording_write_pages(struct recording *recording, struct kept_process *kept,
			  const struct process_snapshot *process, uint64_t start_ns)
{
	struct noted_pages *pages = calloc(process->array_count + 1, sizeof(*pages));
	size_t i;
	int err = 0;

	if (!pages)
		return -ENOMEM;
	for (i = 0; i < process->array_count; i++)
		pages[i] = pages_of(&process->arrays[i], start_ns);
	array_sort(pages, process->array_count, sizeof(*pages), by_number);
	for (i = 0; !err && i < process->array_count; i++) {
		const struct noted_pages *known = array_find(
			&pages[i], kept->pages, kept->page_count, sizeof(*pages), by_number);

		if (!known || memcmp(known, &pages[i], sizeof(*known)))
			err = write_pages(recording, kept, &pages[i], process->header.faults_known);
	}
	free(kept->pages);
	kept->pages = pages;
	kept->page_count = process->array_count;
	return err;
}
