/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A moment as rows: its own, those of its processes, and what changed in their lists. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/counted.h"
#include "base/test_point.h"
#include "model/moment_codec.h"
#include "store/recording_priv.h"

/*
 * All items are written anew when the rows since the last time are so many times as many, and so
 * many more: then a reader of a moment looks at no more rows than that.
 */
#define ANEW_TIMES 4u
#define ANEW_ROWS 20000u

static int write_facts(struct recording *recording, const struct moment *moment)
{
	sqlite3_stmt *update = NULL;
	int err = db_prepare(recording->db, &update,
			     "UPDATE recording SET pagewatch = ?, kernel = ?, machine = ?, "
			     "page_bytes = ?, start_ns = ?");

	if (err)
		return err;
	db_bind_text(update, 1, moment->header.version);
	db_bind_text(update, 2, moment->header.environment.kernel);
	db_bind_text(update, 3, moment->header.environment.machine);
	db_bind(update, 4, moment->header.environment.page_bytes);
	db_bind(update, 5, moment->header.start_ns);
	err = db_step(update);
	sqlite3_finalize(update);
	return err;
}

/* What rows do not say: the moment without its lists and lives. */
static int encode_facts(const struct moment *moment, char **ret, size_t *count)
{
	struct moment copy = *moment;
	size_t i;
	int err;

	copy.processes = calloc(moment->process_count + 1, sizeof(*copy.processes));
	if (!copy.processes)
		return -ENOMEM;
	for (i = 0; i < moment->process_count; i++) {
		copy.processes[i].header = moment->processes[i].header;
		copy.processes[i].header.retired = NULL;
		copy.processes[i].header.retired_count = 0;
	}
	err = moment_codec__encode(&copy, ret, count);
	free(copy.processes);
	return err;
}

static uint64_t swapped_pages(const struct snapshot *snapshot)
{
	uint64_t pages = 0;
	size_t i;

	for (i = 0; i < snapshot->process_count; i++)
		pages += snapshot->processes[i].totals.states[PAGE_SWAPPED];
	return pages;
}

static uint64_t resident_pages(const struct snapshot *snapshot)
{
	uint64_t pages = 0;
	size_t i;

	for (i = 0; i < snapshot->process_count; i++)
		pages += snapshot->processes[i].rss_pages;
	return pages;
}

static uint64_t touched_pages(const struct snapshot *snapshot)
{
	uint64_t pages = 0;
	size_t i;

	for (i = 0; i < snapshot->process_count; i++)
		pages += snapshot->processes[i].totals.touch.pages_touched;
	return pages;
}

static int write_moment(struct recording *recording, const struct snapshot *snapshot,
			const struct moment *moment)
{
	sqlite3_stmt *insert = recording->writes[WRITE_MOMENT];
	char *facts = NULL;
	size_t bytes = 0, i;
	int err = encode_facts(moment, &facts, &bytes), at = 9;

	if (err)
		return err;
	db_bind(insert, 1, recording->moments + 1);
	db_bind(insert, 2, moment->header.time_unix_ns);
	db_bind(insert, 3, moment->header.since_start_ns);
	db_bind_text(insert, 4, moment_reason_name(moment->header.reason));
	db_bind(insert, 5, moment->header.complete);
	db_bind(insert, 6, resident_pages(snapshot));
	db_bind(insert, 7, swapped_pages(snapshot));
	db_bind(insert, 8, touched_pages(snapshot));
	for (i = 0; i < MOMENT_LISTS; i++) {
		db_bind(insert, at++, (uint64_t)recording->first[i]);
		db_bind(insert, at++, (uint64_t)recording->next[i] - 1);
	}
	db_bind_bytes(insert, at, facts, bytes);
	err = db_step(insert);
	free(facts);
	return err;
}

static int write_checkpoint(struct recording *recording, const struct moment *moment)
{
	sqlite3_stmt *insert = recording->writes[WRITE_CHECKPOINT];

	if (moment->header.reason != MOMENT_CHECKPOINT)
		return 0;
	db_bind(insert, 2, recording->moments + 1);
	if (recording->kept_count == 1)
		db_bind(insert, 3, (uint64_t)recording->kept[0].id);
	db_bind_text(insert, 4, moment->header.checkpoint);
	return db_step(insert);
}

static bool is_same_text(const char *left, const char *right)
{
	return left && right ? !strcmp(left, right) : left == right;
}

/* Its row has what was known of it last. */
static int write_process(struct recording *recording, struct kept_process *kept,
			 const struct process_header *header)
{
	sqlite3_stmt *insert = recording->writes[WRITE_PROCESS];
	struct process_header *known = &kept->moment.header;
	bool same = kept->id && known->facts.parent == header->facts.parent &&
		    is_same_text(known->facts.comm, header->facts.comm) &&
		    is_same_text(known->facts.runtime, header->facts.runtime) &&
		    is_same_text(known->exe, header->exe);

	counted__drop(known->exe);
	known->facts = header->facts;
	known->exe = counted__hold(header->exe);
	if (same)
		return 0;
	if (!kept->id)
		kept->id = recording->next_process++;
	db_bind(insert, 1, (uint64_t)kept->id);
	db_bind(insert, 2, header->facts.pid);
	db_bind(insert, 3, header->facts.start_ticks);
	db_bind_known(insert, 4, header->facts.parent);
	db_bind_text(insert, 5, header->facts.comm);
	db_bind_text(insert, 6, header->exe);
	db_bind_text(insert, 7, header->facts.runtime);
	return db_step(insert);
}

static int write_lives(struct recording *recording, int64_t process,
		       const struct process_header *header, uint64_t start_ns)
{
	sqlite3_stmt *insert = recording->writes[WRITE_LIFE];
	size_t i;
	int err = 0;

	for (i = 0; !err && i < header->retired_count; i++) {
		const struct retired *life = &header->retired[i];

		db_bind(insert, 1, (uint64_t)recording->next_life++);
		db_bind(insert, 2, recording->moments + 1);
		db_bind(insert, 3, (uint64_t)process);
		db_bind(insert, 4, life->count);
		db_bind(insert, 5, life->start);
		db_bind(insert, 6, life->end);
		db_bind(insert, 7, life->created_ns - start_ns);
		if (!life->created_ns)
			sqlite3_bind_null(insert, 7);
		db_bind(insert, 8, life->retired_ns - start_ns);
		if (!life->retired_ns)
			sqlite3_bind_null(insert, 8);
		db_bind_text(insert, 9, life->how);
		db_bind(insert, 10, life->pages_read);
		db_bind(insert, 11, life->pages_written);
		db_bind(insert, 12, life->pages_touched);
		err = db_step(insert);
	}
	return err;
}

static int write_process_moment(struct recording *recording, size_t position, int64_t id,
				const struct process_snapshot *process)
{
	sqlite3_stmt *insert = recording->writes[WRITE_PROCESS_MOMENT];
	const struct process_header *header = &process->header;
	const struct tally *totals = &process->totals;

	sqlite3_clear_bindings(insert);
	db_bind(insert, 1, recording->moments + 1);
	db_bind(insert, 2, position);
	db_bind(insert, 3, (uint64_t)id);
	db_bind(insert, 4, header->exited);
	db_bind(insert, 5, header->complete);
	db_bind(insert, 6, process->rss_pages);
	db_bind(insert, 7, totals->states[PAGE_ZERO] + totals->states[PAGE_ZERO_HUGE]);
	db_bind(insert, 8, totals->states[PAGE_SWAPPED]);
	if (header->faults_known) {
		db_bind(insert, 9, totals->touch.pages_touched);
		db_bind(insert, 10, header->faults.user + header->faults.kernel);
	}
	db_bind(insert, 11, (uint64_t)recording->next_life);
	db_bind(insert, 12, header->retired_count);
	return db_step(insert);
}

static int write_whole_process(struct recording *recording, struct kept_process *kept,
			       const struct moment *moment, const struct snapshot *snapshot,
			       size_t i)
{
	const struct process_header *header = &moment->processes[i].header;
	uint64_t start_ns = moment->header.start_ns;
	int err = write_process(recording, kept, header);

	if (!err)
		err = write_process_moment(recording, i, kept->id, &snapshot->processes[i]);
	if (!err)
		err = write_lives(recording, kept->id, header, start_ns);
	if (!err)
		err = recording_write_lists(recording, kept, &moment->processes[i], start_ns);
	return err ? err
		   : recording_write_pages(recording, kept, &snapshot->processes[i], start_ns);
}

/* Moves the process of the moment before to *ret, or makes it new. They mostly keep their order. */
static void take_kept(struct recording *recording, const struct process_facts *facts, size_t guess,
		      struct kept_process *ret)
{
	size_t i;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < recording->kept_count; i++) {
		struct kept_process *kept = &recording->kept[(guess + i) % recording->kept_count];

		if (!kept->id || kept->moment.header.facts.pid != facts->pid ||
		    kept->moment.header.facts.start_ticks != facts->start_ticks)
			continue;
		*ret = *kept;
		memset(kept, 0, sizeof(*kept));
		return;
	}
}

static int write_processes(struct recording *recording, const struct moment *moment,
			   const struct snapshot *snapshot)
{
	struct kept_process *kept = calloc(moment->process_count + 1, sizeof(*kept));
	size_t i;
	int err = kept ? 0 : -ENOMEM;

	for (i = 0; !err && i < moment->process_count; i++) {
		take_kept(recording, &moment->processes[i].header.facts, i, &kept[i]);
		err = write_whole_process(recording, &kept[i], moment, snapshot, i);
	}
	for (i = 0; i < recording->kept_count; i++)
		kept_process__deinit(&recording->kept[i]);
	free(recording->kept);
	recording->kept = kept;
	recording->kept_count = kept ? moment->process_count : 0;
	return err;
}

/* Now and then all items are written anew, so that a moment is not spread over the whole file. */
static void begin_anew(struct recording *recording)
{
	uint64_t items = 0;
	size_t i, list;

	for (i = 0; i < recording->kept_count; i++) {
		for (list = 0; list < MOMENT_LISTS; list++)
			items += shared_list__count(recording->kept[i].moment.lists[list]);
	}
	if (recording->written < ANEW_TIMES * items + test_point_limit("anew", ANEW_ROWS))
		return;
	for (i = 0; i < recording->kept_count; i++) {
		for (list = 0; list < MOMENT_LISTS; list++) {
			free(recording->kept[i].ids[list]);
			recording->kept[i].ids[list] = NULL;
		}
	}
	recording->written = 0;
	memcpy(recording->first, recording->next, sizeof(recording->first));
}

int recording_write(struct recording *recording, const struct moment *moment)
{
	struct snapshot snapshot;
	int err = snapshot__counts(moment, &snapshot);

	begin_anew(recording);
	if (!err && !recording->moments)
		err = write_facts(recording, moment);
	if (!err)
		err = write_processes(recording, moment, &snapshot);
	test_point_wait("recording");
	if (!err)
		err = write_checkpoint(recording, moment);
	if (!err)
		err = write_moment(recording, &snapshot, moment);
	snapshot__deinit(&snapshot);
	return err;
}
