/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Mappings, runs, frames and touches as bytes. Users of a moment rely on their order. */
#include <errno.h>
#include <stdlib.h>

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

/* Whether there is such a block. A decoded block that cannot be stored is an error. */
static bool code_there(struct codec *codec, const void *block)
{
	bool there = block;

	codec_bool(codec, &there);
	return there && !codec->err;
}

static const void *keep_block(struct codec *codec, const void *block)
{
	if (!block && !codec->err)
		codec->err = -ENOMEM;
	return block;
}

static void code_vma(struct codec *codec, struct vma *vma, uint64_t page_bytes, uint64_t *last)
{
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
	uint64_t last = 0;
	size_t i;

	if (!code_there(codec, *block))
		return;
	if (!codec->reads)
		list = **block;
	codec_list(codec, &list.count, (void **)&list.vmas, 12, sizeof(*list.vmas));
	for (i = 0; !codec->err && i < list.count; i++)
		code_vma(codec, &list.vmas[i], page_bytes, &last);
	if (!codec->reads)
		return;
	if (!codec->err)
		*block = keep_block(codec, moment_vmas(&list));
	free(list.vmas);
}

static void code_run(struct codec *codec, struct page_run *run, uint64_t page_bytes, uint64_t *last)
{
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
	uint64_t last = 0;
	size_t i;

	if (!code_there(codec, *block))
		return;
	if (!codec->reads)
		list = **block;
	codec_list(codec, &list.count, (void **)&list.runs, 4, sizeof(*list.runs));
	for (i = 0; !codec->err && i < list.count; i++)
		code_run(codec, &list.runs[i], page_bytes, &last);
	if (!codec->reads)
		return;
	if (!codec->err)
		*block = keep_block(codec, moment_runs(&list));
	free(list.runs);
}

static void code_frames(struct codec *codec, const struct frame_list **block, uint64_t page_bytes)
{
	struct frame_list list = { 0 };
	uint64_t last = 0;
	size_t i;

	if (!code_there(codec, *block))
		return;
	if (!codec->reads)
		list = **block;
	codec_list(codec, &list.count, (void **)&list.runs, 4, sizeof(*list.runs));
	for (i = 0; !codec->err && i < list.count; i++) {
		code_range(codec, &list.runs[i].start, &list.runs[i].end, page_bytes, &last);
		codec_u64(codec, &list.runs[i].first);
		codec_bool(codec, &list.runs[i].exclusive);
	}
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

static void code_set(struct codec *codec, struct intervals *set, uint64_t page_bytes)
{
	uint64_t last = 0;
	size_t i;

	codec_list(codec, &set->count, (void **)&set->items, 2, sizeof(*set->items));
	for (i = 0; !codec->err && i < set->count; i++)
		code_range(codec, &set->items[i].start, &set->items[i].end, page_bytes, &last);
	if (codec->reads)
		set->capacity = set->count;
}

static void code_touch(struct codec *codec, const struct touch_facts **block, uint64_t page_bytes)
{
	struct touch_facts facts = { 0 };

	if (!code_there(codec, *block))
		return;
	if (!codec->reads)
		facts = **block;
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
