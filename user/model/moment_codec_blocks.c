/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Mappings, runs, frames and touches as bytes. Users of a moment rely on their order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/moment_codec_priv.h"

/* A range after the previous one; *last is where that ends. */
static void code_range(struct codec *codec, uint64_t *start, uint64_t *end, uint64_t align,
		       uint64_t *last)
{
	codec_u64(codec, start);
	codec_u64(codec, end);
	codec_require(codec, *start >= *last && *start < *end && *end <= CODEC_ADDRESS_MAX &&
				     *start % align == 0 && *end % align == 0);
	*last = *end;
}

/* Whether there is such a block; a copy of one that is written is in *list, of bytes. */
static bool code_there(struct codec *codec, const void *block, void *list, size_t bytes)
{
	bool there = block;

	codec_bool(codec, &there);
	if (there && !codec->reads)
		memcpy(list, block, bytes);
	return there && !codec->err;
}

/* Codes an item of a list. *last is where the one before it ended; it becomes its own end. */
typedef void code_item(struct codec *codec, void *item, uint64_t page_bytes, uint64_t *last);

/* least: as codec_list. */
static void code_items(struct codec *codec, size_t *count, void **items, size_t least,
		       size_t item_bytes, code_item *code, uint64_t page_bytes)
{
	uint64_t last = 0;
	size_t i;

	codec_list(codec, count, items, least, item_bytes);
	for (i = 0; !codec->err && i < *count; i++)
		code(codec, (char *)*items + i * item_bytes, page_bytes, &last);
}

/* A decoded block that cannot be stored is an error. */
static const void *keep_block(struct codec *codec, const void *block)
{
	if (!block && !codec->err)
		codec->err = -ENOMEM;
	return block;
}

static void code_vma(struct codec *codec, void *item, uint64_t page_bytes, uint64_t *last)
{
	struct vma *vma = item;
	int kind = (int)vma->kind;
	const char *path = vma->path;

	code_range(codec, &vma->start, &vma->end, page_bytes, last);
	codec_u64(codec, &vma->offset);
	codec_u64(codec, &vma->inode);
	codec_u32(codec, &vma->dev_major);
	codec_u32(codec, &vma->dev_minor);
	codec_enum(codec, &kind, VMA_KINDS);
	vma->kind = (enum vma_kind)kind;
	codec_bool(codec, &vma->readable);
	codec_bool(codec, &vma->writable);
	codec_bool(codec, &vma->executable);
	codec_bool(codec, &vma->shared);
	codec_word(codec, &path);
	codec_require(codec, path);
	vma->path = (char *)path;
}

static void code_vmas(struct codec *codec, const struct vma_list **block, uint64_t page_bytes)
{
	struct vma_list list = { 0 };

	if (!code_there(codec, *block, &list, sizeof(list)))
		return;
	code_items(codec, &list.count, (void **)&list.vmas, 12, sizeof(*list.vmas), code_vma,
		   page_bytes);
	if (!codec->reads)
		return;
	if (!codec->err)
		*block = keep_block(codec, moment_vmas(&list));
	free(list.vmas);
}

static void code_run(struct codec *codec, void *item, uint64_t page_bytes, uint64_t *last)
{
	struct page_run *run = item;
	int state = (int)run->state;

	code_range(codec, &run->start, &run->end, page_bytes, last);
	codec_enum(codec, &state, PAGE_STATES);
	codec_require(codec, state != PAGE_ABSENT);
	run->state = (enum page_state)state;
	codec_bool(codec, &run->maybe_huge);
}

static void code_runs(struct codec *codec, const struct page_runs **block, uint64_t page_bytes)
{
	struct page_runs list = { 0 };

	if (!code_there(codec, *block, &list, sizeof(list)))
		return;
	code_items(codec, &list.count, (void **)&list.runs, 4, sizeof(*list.runs), code_run,
		   page_bytes);
	if (!codec->reads)
		return;
	if (!codec->err)
		*block = keep_block(codec, moment_runs(&list));
	free(list.runs);
}

static void code_frame_run(struct codec *codec, void *item, uint64_t page_bytes, uint64_t *last)
{
	struct frame_run *run = item;

	code_range(codec, &run->start, &run->end, page_bytes, last);
	codec_u64(codec, &run->first);
	codec_bool(codec, &run->exclusive);
}

static void code_frames(struct codec *codec, const struct frame_list **block, uint64_t page_bytes)
{
	struct frame_list list = { 0 };

	if (!code_there(codec, *block, &list, sizeof(list)))
		return;
	code_items(codec, &list.count, (void **)&list.runs, 4, sizeof(*list.runs), code_frame_run,
		   page_bytes);
	if (!codec->reads)
		return;
	if (!codec->err)
		*block = keep_block(codec, moment_frames(&list));
	free(list.runs);
}

static void code_chunk(struct codec *codec, struct touch_chunk *chunk, uint64_t chunk_bytes,
		       uint64_t *last)
{
	unsigned int word;

	codec_u64(codec, &chunk->start);
	codec_require(codec, chunk->start >= *last && chunk->start % chunk_bytes == 0 &&
				     chunk->start < CODEC_ADDRESS_MAX);
	*last = chunk->start + chunk_bytes;
	for (word = 0; word < CHUNK_WORDS; word++) {
		codec_u64(codec, &chunk->read[word]);
		codec_u64(codec, &chunk->written[word]);
	}
	codec_u64(codec, &chunk->first_ns);
	codec_u64(codec, &chunk->last_ns);
	codec_u32(codec, &chunk->first_tid);
	codec_u32(codec, &chunk->first_cpu);
}

static void code_chunks(struct codec *codec, struct touch_map *map, uint64_t chunk_bytes)
{
	struct touch_chunk chunk;
	size_t count = map->count, i;
	uint64_t last = 0;

	codec_count(codec, &count, 5 + 2 * CHUNK_WORDS);
	for (i = 0; !codec->err && i < count; i++) {
		if (!codec->reads)
			packed_chunk_get(&map->chunks[i], &chunk);
		code_chunk(codec, &chunk, chunk_bytes, &last);
		if (codec->reads && !codec->err)
			codec->err = touch_map_add(map, &chunk);
	}
}

static void code_interval(struct codec *codec, void *item, uint64_t page_bytes, uint64_t *last)
{
	struct interval *interval = item;

	code_range(codec, &interval->start, &interval->end, page_bytes, last);
}

static void code_set(struct codec *codec, struct intervals *set, uint64_t page_bytes)
{
	code_items(codec, &set->count, (void **)&set->items, 2, sizeof(*set->items), code_interval,
		   page_bytes);
	if (codec->reads)
		set->capacity = set->count;
}

static void code_touch(struct codec *codec, const struct touch_facts **block, uint64_t page_bytes)
{
	struct touch_facts facts = { 0 };

	if (!code_there(codec, *block, &facts, sizeof(facts)))
		return;
	code_chunks(codec, &facts.touched, CHUNK_PAGES * page_bytes);
	code_set(codec, &facts.before, page_bytes);
	code_set(codec, &facts.huge_seen, page_bytes);
	code_set(codec, &facts.huge_maybe, page_bytes);
	if (!codec->reads)
		return;
	if (!codec->err)
		*block = keep_block(codec, moment_touch(&facts));
	touch_facts__deinit(&facts);
}

void codec_blocks(struct codec *codec, struct process_moment *process, uint64_t page_bytes)
{
	code_vmas(codec, &process->vmas, page_bytes);
	code_runs(codec, &process->runs, page_bytes);
	code_frames(codec, &process->frames, page_bytes);
	code_touch(codec, &process->touch, page_bytes);
	codec_arrays(codec, &process->arrays);
}
