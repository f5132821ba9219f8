/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Decodes ring records into facts. The kernel wrote them, but sizes are checked all the same. */
#include <errno.h>
#include <string.h>

#include "collect/kernel/faults_priv.h"

_Static_assert(PW_WORDS == CHUNK_WORDS, "one size of chunk");

static struct map_event event_of(const struct pw_record *head, enum map_event_type type)
{
	return (struct map_event){
		.type = type,
		.slot = head->slot,
		.pid = head->pid,
		.tid = head->tid,
		.time_ns = head->time_ns,
	};
}

static struct map_event decode_enter(const struct pw_enter *record)
{
	struct map_event event = event_of(&record->head, MAP_EVENT_ENTER);
	bool several = record->op == MAP_OP_MREMAP && record->flags & PW_SEVERAL;

	event.enter = (struct map_enter){
		.op = (enum map_op)record->op,
		.flags = record->flags &
			 ~(PW_PART | PW_MAYBE | PW_AT_MOST | (several ? PW_SEVERAL : 0)),
		.start = record->start,
		.end = record->end,
		.new_start = record->new_start,
		.new_end = record->new_end,
		.part = several || record->flags & PW_PART,
		.maybe = record->flags & PW_MAYBE,
		.several = several,
		.touched = record->touched,
		.touched_at_most = record->flags & PW_AT_MOST,
	};
	return event;
}

static struct map_event decode_closed(const struct pw_closed *record, struct touch_chunk *chunk)
{
	struct map_event event = event_of(&record->head, MAP_EVENT_CLOSED);

	*chunk = (struct touch_chunk){
		.start = record->start,
		.first_ns = record->first_ns,
		.last_ns = record->last_ns,
		.first_tid = record->first_tid,
		.first_cpu = record->first_cpu,
	};
	event.closed = chunk;
	return event;
}

static void set_word(struct touch_chunk *chunk, unsigned int word, const __u64 pairs[2])
{
	chunk->read[word] = pairs_read(pairs[0], pairs[1]);
	chunk->written[word] = pairs_written(pairs[0], pairs[1]);
}

static struct map_event decode_word(const struct pw_closed_word *record, struct touch_chunk *chunk)
{
	struct map_event event = decode_closed(&record->closed, chunk);

	set_word(chunk, record->word % CHUNK_WORDS, record->pairs);
	return event;
}

static struct map_event decode_chunk(const struct pw_closed_chunk *record,
				     struct touch_chunk *chunk)
{
	struct map_event event = decode_closed(&record->closed, chunk);
	unsigned int i;

	for (i = 0; i < CHUNK_WORDS; i++)
		set_word(chunk, i, &record->pairs[2 * i]);
	return event;
}

static struct map_event decode_process(const struct pw_process *record, enum map_event_type type)
{
	struct map_event event = event_of(&record->head, type);

	event.process = (struct map_process){ record->other_slot, record->other_pid, "" };
	memcpy(event.process.comm, record->comm, sizeof(event.process.comm) - 1);
	return event;
}

static struct map_event decode_unclosed(const struct pw_range *record)
{
	struct map_event event = event_of(&record->head, MAP_EVENT_UNCLOSED);

	event.unclosed = (struct map_unclosed){ record->start, record->end, record->serial };
	return event;
}

/* include/linux/kdev_t.h */
#define KERNEL_MINOR_BITS 20

static struct map_event decode_hole(const struct pw_hole *record)
{
	struct map_event event = event_of(&record->head, MAP_EVENT_HOLE);

	event.hole = (struct map_hole){
		.inode = record->inode,
		.dev_major = record->device >> KERNEL_MINOR_BITS,
		.dev_minor = record->device & ((1u << KERNEL_MINOR_BITS) - 1),
		.start = record->start,
		.end = record->end,
	};
	return event;
}

static struct map_event decode_exit(const struct pw_exit *record)
{
	struct map_event event = event_of(&record->head, MAP_EVENT_EXIT);
	bool everywhere = record->refused_at == PW_EVERYWHERE;

	event.exit = (struct map_exit){
		.result = record->result,
		.refused_at = everywhere ? 0 : record->refused_at,
		.everywhere = everywhere,
	};
	return event;
}

static struct map_event decode_heap(const struct pw_heap *record)
{
	static const enum map_event_type types[] = {
		[PW_HEAP_ALLOCATED] = MAP_EVENT_HEAP_ALLOC,
		[PW_HEAP_FREED] = MAP_EVENT_HEAP_FREE,
		[PW_HEAP_RESIZING] = MAP_EVENT_HEAP_RESIZE,
		[PW_HEAP_KEPT] = MAP_EVENT_HEAP_KEEP,
	};
	struct map_event event = event_of(&record->head, types[record->head.type]);

	event.block = (struct map_block){
		.start = record->address,
		.end = record->address + record->block.bytes,
		.serial = record->block.serial,
		.call = (enum heap_call)record->call,
	};
	return event;
}

static size_t bytes_of(uint32_t type)
{
	switch (type) {
	case PW_ENTER:
		return sizeof(struct pw_enter);
	case PW_EXIT:
		return sizeof(struct pw_exit);
	case PW_CLOSED_WORD:
		return sizeof(struct pw_closed_word);
	case PW_CLOSED_CHUNK:
		return sizeof(struct pw_closed_chunk);
	case PW_UNCLOSED:
		return sizeof(struct pw_range);
	case PW_FORK:
	case PW_EXEC:
	case PW_MM_END:
	case PW_COLLAPSE:
		return sizeof(struct pw_process);
	case PW_HEAP_ALLOCATED:
	case PW_HEAP_FREED:
	case PW_HEAP_RESIZING:
	case PW_HEAP_KEPT:
		return sizeof(struct pw_heap);
	case PW_HOLE:
		return sizeof(struct pw_hole);
	default:
		return SIZE_MAX;
	}
}

int faults_decode(const void *data, size_t bytes, struct map_event *ret, struct touch_chunk *chunk)
{
	const struct pw_record *head = data;

	if (bytes < sizeof(*head) || bytes < bytes_of(head->type))
		return -EPROTO;
	switch (head->type) {
	case PW_ENTER:
		*ret = decode_enter(data);
		break;
	case PW_EXIT:
		*ret = decode_exit(data);
		break;
	case PW_CLOSED_WORD:
		*ret = decode_word(data, chunk);
		break;
	case PW_CLOSED_CHUNK:
		*ret = decode_chunk(data, chunk);
		break;
	case PW_UNCLOSED:
		*ret = decode_unclosed(data);
		break;
	case PW_FORK:
		*ret = decode_process(data, MAP_EVENT_FORK);
		break;
	case PW_EXEC:
		*ret = decode_process(data, MAP_EVENT_EXEC);
		break;
	case PW_MM_END:
		*ret = decode_process(data, MAP_EVENT_MM_END);
		break;
	case PW_HEAP_ALLOCATED:
	case PW_HEAP_FREED:
	case PW_HEAP_RESIZING:
	case PW_HEAP_KEPT:
		*ret = decode_heap(data);
		break;
	case PW_HOLE:
		*ret = decode_hole(data);
		break;
	default:
		*ret = decode_process(data, MAP_EVENT_COLLAPSE);
		break;
	}
	return 0;
}
