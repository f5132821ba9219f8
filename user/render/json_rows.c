/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* One row each: what it is, and its counts. */
#include "render/json_rows.h"

#include "model/item_names.h"
#include "render/json_shape.h"

struct json_known json_known_of(const struct snapshot *snapshot,
				const struct process_snapshot *process, bool detail)
{
	return (struct json_known){
		.frames = process->header.frames_known,
		.faults = process->header.faults_known,
		.writes = process->header.faults_known && snapshot->header.tells_writes,
		.detail = detail,
		.start_ns = snapshot->header.start_ns,
	};
}

static void put_frames(struct json_out *json, const struct frame_tally *frames,
		       const struct json_known *known)
{
	if (!known->frames)
		return;
	json_count(json, "pfn_runs", frames->pfn_runs);
	json_count(json, "exclusive_pages", frames->exclusive_pages);
}

void json_region(struct json_out *json, const char *key, const struct region_row *row,
		 const struct json_known *known)
{
	const struct vma *vma = &row->vma;
	const char perms[] = { vma->readable ? 'r' : '-', vma->writable ? 'w' : '-',
			       vma->executable ? 'x' : '-', vma->shared ? 's' : 'p', '\0' };

	json_open(json, key, '{');
	json_address(json, "start", vma->start);
	json_address(json, "end", vma->end);
	json_words(json, "perms", perms);
	json_words(json, "kind", item_kinds[vma->kind]);
	json_text(json, "path", vma->path);
	put_frames(json, &row->frames, known);
	json_tally(json, &row->tally, known);
	if (known->detail)
		json_heat(json, &row->heat);
	json_text(json, "explain", row->explain);
	json_close(json, '}');
}

static void put_numbers(struct json_out *json, const char *key, const int64_t *values,
			uint32_t count)
{
	uint32_t i;

	json_open(json, key, '[');
	for (i = 0; i < count; i++)
		json_number(json, NULL, values[i]);
	json_close(json, ']');
}

/* A mark is bytes: what only arrays of a language have is null. */
void json_array_shape(struct json_out *json, const struct array_shape *shape)
{
	static const char *const unknown[] = { "shape", "dtype", "strides", "owndata",
					       "writeable" };
	size_t i;

	for (i = 0; !shape && i < sizeof(unknown) / sizeof(unknown[0]); i++)
		json_null(json, unknown[i]);
	if (!shape)
		return;
	put_numbers(json, "shape", shape->dims, shape->ndim);
	json_words(json, "dtype", shape->dtype);
	put_numbers(json, "strides", shape->dims + shape->ndim, shape->ndim);
	json_bool(json, "owndata", shape->owndata);
	json_bool(json, "writeable", shape->writeable);
}

/* If no call was seen to allocate the memory, its origin is unknown. */
static void put_origin(struct json_out *json, const struct array_origin *origin,
		       const struct json_known *known)
{
	bool seen = origin->call;

	json_words(json, "allocated_by", origin->call);
	json_bool_if(json, "freed", seen, origin->freed);
	json_count_if(json, "thread", seen, origin->tid);
	json_moment(json, "since_start_ns", origin->time_ns, known);
}

/* Python literals in a name have their own backslashes. */
void json_array_name(struct json_out *json, const char *key, const struct array_desc *desc,
		     const char *name)
{
	if (desc->source == ARRAY_PYTHON)
		json_spelled(json, key, name);
	else
		json_text(json, key, name);
}

static void put_identity(struct json_out *json, const struct array_row *row)
{
	const struct array_desc *desc = &row->desc;
	size_t i;

	json_count(json, "id", desc->id);
	json_array_name(json, "name", desc, desc->name);
	if (desc->object)
		json_address(json, "object", desc->object);
	else
		json_null(json, "object");
	json_words(json, "source", item_sources[desc->source]);
	json_address(json, "start", desc->start);
	json_address(json, "end", desc->end);
	json_address(json, "data", desc->shape ? desc->shape->data : desc->start);
	json_count(json, "nbytes", row->nbytes);
	json_array_shape(json, desc->shape);
	json_count_if(json, "owner", desc->owner != 0, desc->owner);
	json_open(json, "aliases", '[');
	for (i = 0; i < desc->alias_count; i++)
		json_array_name(json, NULL, desc, desc->aliases[i]);
	json_close(json, ']');
	json_count(json, "alias_total", desc->alias_total);
}

static void put_detail(struct json_out *json, const struct array_row *row,
		       const struct json_known *known)
{
	json_open(json, "interior", '{');
	json_tally(json, &row->interior, known);
	json_close(json, '}');
	json_heat(json, &row->heat);
	json_index_ranges(json, row);
	json_grid(json, row);
}

void json_array(struct json_out *json, const char *key, const struct array_row *row,
		const struct json_known *known)
{
	json_open(json, key, '{');
	put_identity(json, row);
	put_origin(json, &row->desc.origin, known);
	put_frames(json, &row->frames, known);
	json_count(json, "vma_count", row->vma_count);
	json_count(json, "range_pages", row->range_pages);
	json_count(json, "edge_pages", row->edge_pages);
	json_count(json, "interior_pages", row->interior.pages);
	json_count(json, "interior_resident_pages", row->interior.resident);
	json_tally(json, &row->tally, known);
	json_count_if(json, "shared_pages", row->shared_known, row->shared_pages);
	json_count(json, "neighbours", row->neighbours);
	if (known->detail)
		put_detail(json, row, known);
	json_text(json, "explain", row->explain);
	json_close(json, '}');
}
