/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A process: its identity, its rows, its ended lives, its page runs. */
#include "render/json_process.h"

#include <errno.h>

#include "base/progress.h"
#include "model/rows/details.h"
#include "render/json_rows.h"

static void put_retired(struct json_out *json, const struct retired *life,
			const struct json_known *known)
{
	bool one = life->count == 1;

	json_open(json, NULL, '{');
	if (one)
		json_address(json, "start", life->start);
	else
		json_null(json, "start");
	json_count_if(json, "bytes", one, life->end - life->start);
	json_count(json, "count", life->count);
	json_moment(json, "created_ns", life->created_ns, known);
	json_moment(json, "retired_ns", life->retired_ns, known);
	json_words(json, "how", life->how);
	json_open(json, "touch", '{');
	json_count_if(json, "pages_read", known->writes, life->pages_read);
	json_count_if(json, "pages_written", known->writes, life->pages_written);
	json_count(json, "pages_touched", life->pages_touched);
	json_close(json, '}');
	json_close(json, '}');
}

struct run_writer {
	struct json_out *json;
	const struct json_known *known;
	uint64_t page_bytes;
};

static int put_run(void *ctx, const struct tally_run *run)
{
	const struct run_writer *writer = ctx;
	const struct json_known *known = writer->known;
	struct json_out *json = writer->json;
	bool has_cause = run->cause != LEDGER_CLASSES && known->faults;

	json_open(json, NULL, '{');
	json_address(json, "start", run->start);
	json_count(json, "pages", (run->end - run->start) / writer->page_bytes);
	json_words(json, "state", page_state_name(run->state));
	json_words(json, "cause", has_cause ? ledger_class_name(run->cause) : NULL);
	json_bool_if(json, "touched", known->faults, run->read || run->written);
	json_bool_if(json, "read", known->writes, run->read);
	json_bool_if(json, "written", known->writes, run->written);
	json_close(json, '}');
	return 0;
}

static void put_runs(struct json_out *json, const struct snapshot *snapshot,
		     const struct process_snapshot *process, const struct json_known *known)
{
	struct run_writer writer = { json, known, snapshot->header.environment.page_bytes };
	struct process_lists lists;
	struct tally_input input;
	int err = process_lists__of(process->moment, &lists);

	input = tally_input__of(&snapshot->header, &process->header, &lists);
	json_open(json, "pages", '[');
	if (!err)
		err = tally_runs_of_vmas(&input, &lists.vmas, put_run, &writer);
	json_close(json, ']');
	process_lists__deinit(&lists);
	if (err)
		json->err = err;
}

static void put_symbol_misses(struct json_out *json, const struct symbol_miss_list *misses)
{
	size_t i;

	json_open(json, "symbols_missing", '[');
	for (i = 0; i < misses->count; i++) {
		json_open(json, NULL, '{');
		json_text(json, "symbol", misses->misses[i].text);
		json_text(json, "reason", misses->misses[i].reason);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void put_identity(struct json_out *json, const struct snapshot *snapshot,
			 const struct process_snapshot *process)
{
	const struct process_facts *facts = &process->header.facts;
	bool faults = process->header.faults_known;

	json_count(json, "pid", facts->pid);
	json_text(json, "comm", facts->comm);
	json_text(json, "exe", process->header.exe ? process->header.exe : "");
	json_text(json, "runtime", facts->runtime);
	json_count(json, "page_size", snapshot->header.environment.page_bytes);
	json_bool(json, "complete", process->header.complete);
	json_bool(json, "exited", process->header.exited);
	json_count(json, "rss_pages", process->rss_pages);
	json_count(json, "rss_anon_pages", process->rss_kinds.anon);
	json_count(json, "rss_file_pages", process->rss_kinds.file);
	json_count(json, "rss_shmem_pages", process->rss_kinds.shmem);
	json_count(json, "rss_kernel_pages", facts->rss_kernel_pages);
	json_count(json, "rss_peak_pages", facts->rss_peak_pages);
	json_count_if(json, "touched_peak_pages", faults && process->header.peak_touched.known,
		      process->header.peak_touched.pages);
	json_count(json, "page_table_bytes", facts->page_table_bytes);
	json_count_if(json, "faults", faults,
		      process->header.faults.user + process->header.faults.kernel);
	json_count_if(json, "kernel_faults", faults && snapshot->header.tells_writes,
		      process->header.faults.kernel);
	json_count_if(json, "stray_faults", faults, process->stray_faults);
	json_bool(json, "frozen", process->header.frozen);
	json_text(json, "names_missing",
		  process->header.names_missing.length ? process->header.names_missing.text : NULL);
	json_count(json, "ids_forgotten", process->header.ids_forgotten);
	put_symbol_misses(json, &process->header.symbol_misses);
	json_count_if(json, "collapses", faults && snapshot->header.tells_collapses,
		      process->header.collapses);
}

static void put_arrays_total(struct json_out *json, const struct process_snapshot *process)
{
	const struct tally *total = &process->arrays_total;

	if (!process->arrays_total_known) {
		json_null(json, "arrays_total");
		return;
	}
	json_open(json, "arrays_total", '{');
	json_count(json, "pages", total->pages);
	json_states(json, total);
	json_count(json, "resident_pages", total->resident);
	json_close(json, '}');
}

/* Details are made, written and freed row by row: those of all rows would be kilobytes each. */
static void put_region(struct json_out *json, struct detailer *detailer,
		       const struct row_entry *entry, const struct json_known *known)
{
	struct region_row row;
	int err = detailer__region(detailer, entry, &row);

	if (err)
		json->err = err;
	else
		json_region(json, NULL, &row, known);
	region_row__drop_details(&row);
}

static void put_array(struct json_out *json, struct detailer *detailer,
		      const struct row_entry *entry, const struct json_known *known)
{
	struct array_row row;
	int err = detailer__array(detailer, entry, &row);

	if (err)
		json->err = err;
	else
		json_array(json, NULL, &row, known);
	array_row__drop_details(&row);
}

static void put_regions(struct json_out *json, struct detailer *detailer,
			const struct json_known *known)
{
	const struct selection *selection = &detailer->selection;
	size_t i;

	json_open(json, "regions", '[');
	for (i = 0; i < selection->count; i++) {
		const struct row_entry *entry = &selection->entries[i];

		progress_step(0);
		if (entry->place != ROW_LEFT_OUT && entry->region)
			put_region(json, detailer, entry, known);
	}
	json_close(json, ']');
	json_open(json, "regions_rest", '{');
	json_count(json, "count", selection->regions_left);
	json_count(json, "rss_pages", selection->regions_rss_pages);
	json_tally(json, &selection->regions_sum, known);
	json_close(json, '}');
}

static void put_arrays(struct json_out *json, struct detailer *detailer,
		       const struct json_known *known)
{
	const struct selection *selection = &detailer->selection;
	size_t i;

	json_open(json, "arrays", '[');
	for (i = 0; i < selection->count; i++) {
		const struct row_entry *entry = &selection->entries[i];

		progress_step(0);
		if (entry->place != ROW_LEFT_OUT && entry->array)
			put_array(json, detailer, entry, known);
	}
	json_close(json, ']');
	json_count(json, "arrays_left_out", selection->arrays_left);
}

static void put_rows(struct json_out *json, const struct moment_header *header,
		     const struct process_snapshot *process, const struct view *view,
		     const struct json_known *known)
{
	struct detailer detailer;
	int err = detailer__init(&detailer, process, header, view);

	if (err)
		json->err = err;
	if (!err)
		put_regions(json, &detailer, known);
	if (!err)
		put_arrays(json, &detailer, known);
	detailer__deinit(&detailer);
}

void json_process(struct json_out *json, const struct snapshot *snapshot,
		  const struct process_snapshot *process, const struct view *view)
{
	const struct json_known known = json_known_of(snapshot, process, view->detail);
	size_t i;

	json_open(json, NULL, '{');
	put_identity(json, snapshot, process);
	json_open(json, "totals", '{');
	json_tally(json, &process->totals, &known);
	json_close(json, '}');
	put_rows(json, &snapshot->header, process, view, &known);
	put_arrays_total(json, process);
	json_open(json, "retired", '[');
	for (i = 0; i < process->header.retired_count; i++)
		put_retired(json, &process->header.retired[i], &known);
	json_close(json, ']');
	if (view->pages)
		put_runs(json, snapshot, process, &known);
	json_close(json, '}');
}
