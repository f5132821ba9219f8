/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Regions, arrays, ended lives and page runs of a process. */
#include "render/json_process.h"

#include "render/json_shape.h"
#include "render/json_tally.h"
#include "render/json_write.h"

static const char *kind_name(enum vma_kind kind)
{
	static const char *const names[VMA_KINDS] = {
		[VMA_ANON] = "anon",	   [VMA_HEAP] = "heap",	  [VMA_STACK] = "stack",
		[VMA_FILE] = "file",	   [VMA_SHMEM] = "shmem", [VMA_HUGETLB] = "hugetlb",
		[VMA_SPECIAL] = "special",
	};

	return names[kind];
}

static const char *source_name(enum array_source source)
{
	static const char *const names[ARRAY_SOURCES] = {
		[ARRAY_PYTHON] = "python", [ARRAY_ELF] = "elf",		[ARRAY_HEAP] = "heap",
		[ARRAY_MARK] = "mark",	   [ARRAY_MAPPING] = "mapping",
	};

	return names[source];
}

static void put_explain(json_t *object, const char *explain)
{
	if (explain)
		json_put_text(object, "explain", explain);
	else
		json_put(object, "explain", json_null());
}

static void put_frames(json_t *object, const struct frame_tally *frames)
{
	json_put_count(object, "pfn_runs", frames->pfn_runs);
	json_put_count(object, "exclusive_pages", frames->exclusive_pages);
}

static json_t *region(const struct region_row *row, const struct json_known *known)
{
	const struct vma *vma = &row->vma;
	const char perms[] = { vma->readable ? 'r' : '-', vma->writable ? 'w' : '-',
			       vma->executable ? 'x' : '-', vma->shared ? 's' : 'p', '\0' };
	json_t *object = json_object();

	json_put_address(object, "start", vma->start);
	json_put_address(object, "end", vma->end);
	json_put(object, "perms", json_string(perms));
	json_put(object, "kind", json_string(kind_name(vma->kind)));
	json_put_text(object, "path", vma->path);
	json_put_count(object, "pages", row->tally.pages);
	json_put(object, "states", json_states(&row->tally));
	json_put_count(object, "resident_pages", row->tally.resident);
	if (known->frames)
		put_frames(object, &row->frames);
	json_put(object, "ledger", json_ledger(&row->tally, known));
	json_put(object, "touch", json_touch(&row->tally, known));
	json_put(object, "heat", json_heat(&row->heat));
	put_explain(object, row->explain);
	return object;
}

static json_t *interior(const struct tally *tally, const struct json_known *known)
{
	json_t *object = json_object();

	json_put_count(object, "pages", tally->pages);
	json_put(object, "states", json_states(tally));
	json_put_count(object, "resident_pages", tally->resident);
	json_put(object, "ledger", json_ledger(tally, known));
	json_put(object, "touch", json_touch(tally, known));
	return object;
}

static json_t *numbers(const int64_t *values, uint32_t count)
{
	json_t *list = json_array();
	uint32_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(list, json_integer((json_int_t)values[i]));
	return list;
}

/* A mark is bytes: what only an array of a language has is null. */
static void put_shape(json_t *object, const struct array_shape *shape)
{
	static const char *const unknown[] = { "shape", "dtype", "strides", "owndata",
					       "writeable" };
	size_t i;

	for (i = 0; !shape && i < sizeof(unknown) / sizeof(unknown[0]); i++)
		json_put(object, unknown[i], json_null());
	if (!shape)
		return;
	json_put(object, "shape", numbers(shape->dims, shape->ndim));
	json_put(object, "dtype", json_string(shape->dtype));
	json_put(object, "strides", numbers(shape->dims + shape->ndim, shape->ndim));
	json_put_bool(object, "owndata", shape->owndata);
	json_put_bool(object, "writeable", shape->writeable);
}

/* Where no call was seen to give the memory out, nothing is known of it. */
static void put_origin(json_t *object, const struct array_origin *origin,
		       const struct json_known *known)
{
	bool seen = origin->call;

	json_put(object, "allocated_by", seen ? json_string(origin->call) : json_null());
	json_put(object, "freed", seen ? json_boolean(origin->freed) : json_null());
	json_put(object, "thread", seen ? json_integer((json_int_t)origin->tid) : json_null());
	json_put(object, "since_start_ns", json_moment(origin->time_ns, known));
}

static void put_array_identity(json_t *object, const struct array_row *row)
{
	const struct array_desc *desc = &row->desc;
	json_t *(*name_text)(const char *) = desc->source == ARRAY_PYTHON ? json_spelled
									  : json_text;
	json_t *aliases = json_array();
	size_t i;

	json_put_count(object, "id", row->desc.id);
	json_put(object, "name", name_text(desc->name));
	json_put(object, "object", json_null());
	if (desc->object)
		json_put_address(object, "object", desc->object);
	json_put(object, "source", json_string(source_name(row->desc.source)));
	json_put_address(object, "start", row->desc.start);
	json_put_address(object, "end", row->desc.end);
	json_put_address(object, "data", desc->shape ? desc->shape->data : desc->start);
	json_put_count(object, "nbytes", row->nbytes);
	put_shape(object, desc->shape);
	json_put(object, "owner",
		 desc->owner ? json_integer((json_int_t)desc->owner) : json_null());
	for (i = 0; i < desc->alias_count; i++)
		json_array_append_new(aliases, name_text(desc->aliases[i]));
	json_put(object, "aliases", aliases);
	json_put_count(object, "alias_total", desc->alias_total);
}

static json_t *array(const struct array_row *row, const struct json_known *known)
{
	json_t *object = json_object();

	put_array_identity(object, row);
	put_origin(object, &row->desc.origin, known);
	if (known->frames)
		put_frames(object, &row->frames);
	json_put_count(object, "vma_count", row->vma_count);
	json_put_count(object, "pages", row->tally.pages);
	json_put_count(object, "range_pages", row->range_pages);
	json_put_count(object, "edge_pages", row->edge_pages);
	json_put_count(object, "interior_pages", row->interior.pages);
	json_put(object, "states", json_states(&row->tally));
	json_put_count(object, "resident_pages", row->tally.resident);
	json_put_count(object, "interior_resident_pages", row->interior.resident);
	json_put(object, "interior", interior(&row->interior, known));
	json_put(object, "ledger", json_ledger(&row->tally, known));
	json_put(object, "touch", json_touch(&row->tally, known));
	json_put(object, "heat", json_heat(&row->heat));
	json_put_shared(object, row);
	json_put(object, "index_ranges", json_index_ranges(row));
	if (row->grid.rows)
		json_put(object, "grid", json_grid(row));
	put_explain(object, row->explain);
	return object;
}

static json_t *count_if(bool known, uint64_t value)
{
	return known ? json_integer((json_int_t)value) : json_null();
}

static json_t *retired(const struct retired *life, const struct json_known *known)
{
	json_t *object = json_object(), *touch = json_object();
	bool one = life->count == 1;

	json_put(object, "start", json_null());
	if (one)
		json_put_address(object, "start", life->start);
	json_put(object, "bytes",
		 one ? json_integer((json_int_t)(life->end - life->start)) : json_null());
	json_put_count(object, "count", life->count);
	json_put(object, "created_ns", json_moment(life->created_ns, known));
	json_put(object, "retired_ns", json_moment(life->retired_ns, known));
	json_put(object, "how", json_string(life->how));
	json_put(touch, "pages_read", count_if(known->writes, life->pages_read));
	json_put(touch, "pages_written", count_if(known->writes, life->pages_written));
	json_put_count(touch, "pages_touched", life->pages_touched);
	json_put(object, "touch", touch);
	return object;
}

static json_t *story(const struct page_story *story_run, uint64_t page_bytes,
		     const struct json_known *known)
{
	bool has_cause = story_run->cause != LEDGER_CLASSES && known->faults;
	json_t *object = json_object();

	json_put_address(object, "start", story_run->start);
	json_put_count(object, "pages", (story_run->end - story_run->start) / page_bytes);
	json_put(object, "state", json_string(page_state_name(story_run->state)));
	json_put(object, "cause",
		 has_cause ? json_string(ledger_class_name(story_run->cause)) : json_null());
	json_put(object, "touched",
		 known->faults ? json_boolean(story_run->read || story_run->written) : json_null());
	json_put(object, "read", known->writes ? json_boolean(story_run->read) : json_null());
	json_put(object, "written", known->writes ? json_boolean(story_run->written) : json_null());
	return object;
}

static json_t *symbol_misses(const struct symbol_miss_list *misses)
{
	json_t *list = json_array(), *object;
	size_t i;

	for (i = 0; i < misses->count; i++) {
		object = json_object();
		json_put_text(object, "symbol", misses->misses[i].text);
		json_put_text(object, "reason", misses->misses[i].reason);
		json_array_append_new(list, object);
	}
	return list;
}

static void put_identity(json_t *object, const struct snapshot *snapshot,
			 const struct process_snapshot *process)
{
	const struct process_facts *facts = &process->facts;

	json_put_count(object, "pid", facts->pid);
	json_put_text(object, "comm", facts->comm);
	json_put_text(object, "exe", facts->exe);
	json_put_text(object, "runtime", facts->runtime);
	json_put_count(object, "page_size", snapshot->environment.page_bytes);
	json_put_bool(object, "complete", process->complete);
	json_put_bool(object, "exited", process->exited);
	json_put_count(object, "rss_pages", process->rss_pages);
	json_put_count(object, "rss_kernel_pages", facts->rss_kernel_pages);
	json_put_count(object, "rss_peak_pages", facts->rss_peak_pages);
	json_put_count(object, "page_table_bytes", facts->page_table_bytes);
	json_put(object, "faults",
		 count_if(process->faults_known, process->faults.user + process->faults.kernel));
	json_put(object, "kernel_faults",
		 count_if(process->faults_known && snapshot->tells_writes, process->faults.kernel));
	json_put(object, "stray_faults", count_if(process->faults_known, process->stray_faults));
	json_put(object, "frozen", json_boolean(process->frozen));
	json_put(object, "names_missing",
		 *process->names_missing ? json_text(process->names_missing) : json_null());
	json_put(object, "symbols_missing", symbol_misses(&process->symbol_misses));
	json_put(object, "collapses", count_if(process->faults_known, process->collapses));
}

static json_t *totals(const struct tally *tally, const struct json_known *known)
{
	return interior(tally, known);
}

static struct json_known known_of(const struct snapshot *snapshot,
				  const struct process_snapshot *process)
{
	return (struct json_known){
		.frames = process->frames_known,
		.faults = process->faults_known,
		.writes = process->faults_known && snapshot->tells_writes,
		.start_ns = snapshot->start_ns,
	};
}

json_t *json_array_row(const struct snapshot *snapshot, const struct process_snapshot *process,
		       const struct array_row *row)
{
	const struct json_known known = known_of(snapshot, process);

	return array(row, &known);
}

json_t *json_process(const struct snapshot *snapshot, const struct process_snapshot *process)
{
	const struct json_known known = known_of(snapshot, process);
	json_t *object = json_object(), *list;
	size_t i;

	put_identity(object, snapshot, process);
	json_put(object, "totals", totals(&process->totals, &known));
	list = json_array();
	for (i = 0; i < process->region_count; i++)
		json_array_append_new(list, region(&process->regions[i], &known));
	json_put(object, "regions", list);
	list = json_array();
	for (i = 0; i < process->array_count; i++)
		json_array_append_new(list, array(&process->arrays[i], &known));
	json_put(object, "arrays", list);
	json_put(object, "arrays_total", json_arrays_total(process));
	list = json_array();
	for (i = 0; i < process->retired_count; i++)
		json_array_append_new(list, retired(&process->retired[i], &known));
	json_put(object, "retired", list);
	if (!process->story_count)
		return object;
	list = json_array();
	for (i = 0; i < process->story_count; i++)
		json_array_append_new(list, story(&process->stories[i],
						  snapshot->environment.page_bytes, &known));
	json_put(object, "pages", list);
	return object;
}
