/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Items into rows. The columns are those of schema.c, in their order. */
#include "store/items.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "model/item_names.h"
#include "model/page_state.h"
#include "store/touch_bits.h"

/* Lengths, or strides, of at most 64 dimensions of 20 digits each. */
#define DIMS_BYTES 1500

/* Columns from the next one on. */
struct binding {
	sqlite3_stmt *insert;
	int at;
	uint64_t start_ns;
	char *scratch;
};

static void bind_number(struct binding *binding, uint64_t number)
{
	db_bind(binding->insert, binding->at++, number);
}

static void bind_known(struct binding *binding, uint64_t number)
{
	db_bind_known(binding->insert, binding->at++, number);
}

static void bind_text(struct binding *binding, const char *text)
{
	db_bind_text(binding->insert, binding->at++, text);
}

/* A time since the start of the watch; 0 is not known. */
static void bind_time(struct binding *binding, uint64_t time_ns)
{
	if (time_ns)
		bind_number(binding, time_ns - binding->start_ns);
	else
		bind_text(binding, NULL);
}

static void bind_vma(struct binding *binding, const struct vma *vma)
{
	char *permissions = binding->scratch;

	permissions[0] = vma->readable ? 'r' : '-';
	permissions[1] = vma->writable ? 'w' : '-';
	permissions[2] = vma->executable ? 'x' : '-';
	permissions[3] = vma->shared ? 's' : 'p';
	permissions[4] = '\0';
	bind_number(binding, vma->start);
	bind_number(binding, vma->end);
	bind_text(binding, item_kinds[vma->kind]);
	bind_text(binding, permissions);
	bind_text(binding, vma->path);
	bind_number(binding, vma->offset);
	bind_number(binding, vma->inode);
	bind_number(binding, vma->dev_major);
	bind_number(binding, vma->dev_minor);
}

static void bind_run(struct binding *binding, const struct page_run *run)
{
	bind_number(binding, run->start);
	bind_number(binding, run->end);
	bind_text(binding, page_state_names[run->state]);
	bind_number(binding, run->maybe_huge);
}

static void bind_frames(struct binding *binding, const struct frame_run *run)
{
	bind_number(binding, run->start);
	bind_number(binding, run->end);
	bind_number(binding, run->first);
	bind_number(binding, run->exclusive);
}

static void bind_interval(struct binding *binding, const struct interval *interval)
{
	bind_number(binding, interval->start);
	bind_number(binding, interval->end);
}

static void bind_chunk(struct binding *binding, const struct packed_chunk *packed)
{
	unsigned char *bits = (unsigned char *)binding->scratch;
	struct touch_chunk chunk;

	packed_chunk_get(packed, &chunk);
	bind_number(binding, chunk.start);
	bind_number(binding, touch_bits__count(&chunk));
	bind_time(binding, chunk.first_ns);
	bind_number(binding, chunk.last_ns - chunk.first_ns);
	bind_number(binding, chunk.first_tid);
	bind_number(binding, chunk.first_cpu);
	db_bind_bytes(binding->insert, binding->at++, bits, touch_bits__encode(&chunk, bits));
}

static const char *list_dims(const int64_t *dims, uint32_t count, char *memory)
{
	struct text_buffer text = text_buffer__over(memory, DIMS_BYTES);
	uint32_t i;

	for (i = 0; i < count; i++)
		text_buffer__addf(&text, "%s%" PRId64, i ? "," : "", dims[i]);
	return memory;
}

static void bind_shape(struct binding *binding, const struct array_shape *shape)
{
	if (!shape) {
		binding->at += 7;
		return;
	}
	bind_text(binding, shape->dtype);
	bind_text(binding, list_dims(shape->dims, shape->ndim, binding->scratch));
	bind_text(binding,
		  list_dims(shape->dims + shape->ndim, shape->ndim, binding->scratch + DIMS_BYTES));
	bind_number(binding, shape->data);
	bind_number(binding, shape->nbytes);
	bind_number(binding, shape->owndata);
	bind_number(binding, shape->writeable);
}

static void bind_array(struct binding *binding, const struct array_desc *array)
{
	bind_number(binding, array->start);
	bind_number(binding, array->end);
	bind_number(binding, array->id);
	bind_text(binding, array->name);
	bind_text(binding, item_sources[array->source]);
	bind_shape(binding, array->shape);
	bind_known(binding, array->object);
	bind_known(binding, array->base_object);
	bind_known(binding, array->owner);
	bind_number(binding, array->asked_for);
	bind_text(binding, array->origin.call);
	bind_time(binding, array->origin.time_ns);
	bind_known(binding, array->origin.tid);
	bind_number(binding, array->origin.freed);
	bind_number(binding, array->alias_count);
	bind_number(binding, array->alias_total);
}

/* What is not told is NULL. */
static void bind_if(struct binding *binding, bool told, uint64_t number)
{
	if (told)
		bind_number(binding, number);
	else
		bind_text(binding, NULL);
}

static void bind_cached(struct binding *binding, const struct cached_run *run)
{
	bind_number(binding, run->start);
	bind_number(binding, run->end);
	bind_text(binding, item_answers[run->answer]);
	bind_if(binding, run->answer == CACHED_KNOWN, run->cached);
	bind_if(binding, run->tells_dirty, run->dirty);
	bind_if(binding, run->tells_swapped, run->swapped);
}

void item_bind(sqlite3_stmt *insert, enum moment_list list, const void *item, uint64_t start_ns,
	       char *scratch)
{
	struct binding binding = { insert, 3, start_ns, scratch };

	sqlite3_clear_bindings(insert);
	switch (list) {
	case MOMENT_VMAS:
		bind_vma(&binding, item);
		return;
	case MOMENT_RUNS:
		bind_run(&binding, item);
		return;
	case MOMENT_FRAMES:
		bind_frames(&binding, item);
		return;
	case MOMENT_ARRAYS:
		bind_array(&binding, item);
		return;
	case MOMENT_TOUCHED:
		bind_chunk(&binding, item);
		return;
	case MOMENT_CACHED:
		bind_cached(&binding, item);
		return;
	default:
		bind_interval(&binding, item);
	}
}
