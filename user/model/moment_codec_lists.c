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
	codec_require(codec, *start >= *last && *start < *end && *end <= ADDRESS_END &&
				     *start % align == 0 && *end % align == 0);
	*last = *end;
}

/* One item of a list; *last is where the previous one ended. */
typedef void code_item(struct codec *codec, void *item, uint64_t page_bytes, uint64_t *last);

/* least: as for codec_list. */
static void code_items(struct codec *codec, size_t *count, void **items, size_t least,
		       size_t item_bytes, code_item *code, uint64_t page_bytes)
{
	uint64_t last = 0;
	size_t i;

	codec_list(codec, count, items, least, item_bytes);
	for (i = 0; !codec->err && i < *count; i++)
		code(codec, (char *)*items + i * item_bytes, page_bytes, &last);
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

static void code_frame_run(struct codec *codec, void *item, uint64_t page_bytes, uint64_t *last)
{
	struct frame_run *run = item;

	code_range(codec, &run->start, &run->end, page_bytes, last);
	codec_u64(codec, &run->first);
	codec_bool(codec, &run->exclusive);
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
}

static void code_chunk(struct codec *codec, struct touch_chunk *chunk, uint64_t chunk_bytes,
		       uint64_t *last)
{
	unsigned int word;

	codec_u64(codec, &chunk->start);
	codec_require(codec, chunk->start >= *last && chunk->start % chunk_bytes == 0 &&
				     chunk->start < ADDRESS_END);
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

/* Counts are of different pages, but for dirty ones. */
static void code_cached(struct codec *codec, void *item, uint64_t page_bytes, uint64_t *last)
{
	struct cached_run *run = item;
	int answer = (int)run->answer;
	uint64_t pages;

	code_range(codec, &run->start, &run->end, page_bytes, last);
	codec_u64(codec, &run->cached);
	codec_u64(codec, &run->dirty);
	codec_u64(codec, &run->swapped);
	codec_enum(codec, &answer, CACHED_ANSWERS);
	run->answer = (enum cached_answer)answer;
	codec_bool(codec, &run->tells_dirty);
	codec_bool(codec, &run->tells_swapped);
	pages = (run->end - run->start) / page_bytes;
	codec_require(codec, run->cached <= pages && run->dirty <= run->cached &&
				     run->swapped <= pages - run->cached);
	codec_require(codec, (run->tells_dirty || !run->dirty) &&
				     (run->tells_swapped || !run->swapped) &&
				     (run->answer == CACHED_KNOWN || !run->cached));
}

static void code_lists(struct codec *codec, struct process_lists *lists, uint64_t page_bytes)
{
	code_items(codec, &lists->vmas.count, (void **)&lists->vmas.vmas, 12,
		   sizeof(*lists->vmas.vmas), code_vma, page_bytes);
	code_items(codec, &lists->runs.count, (void **)&lists->runs.runs, 4,
		   sizeof(*lists->runs.runs), code_run, page_bytes);
	code_items(codec, &lists->frames.count, (void **)&lists->frames.runs, 4,
		   sizeof(*lists->frames.runs), code_frame_run, page_bytes);
	code_chunks(codec, &lists->touch.touched, CHUNK_PAGES * page_bytes);
	code_set(codec, &lists->touch.before, page_bytes);
	code_set(codec, &lists->touch.huge_seen, page_bytes);
	code_set(codec, &lists->touch.huge_maybe, page_bytes);
	codec_arrays(codec, &lists->arrays);
	if (codec->version > 2)
		code_items(codec, &lists->cached.count, (void **)&lists->cached.runs, 8,
			   sizeof(*lists->cached.runs), code_cached, page_bytes);
}

static void read_lists(struct codec *codec, struct process_moment *process, uint64_t page_bytes)
{
	struct process_lists lists = { 0 };
	size_t i;

	code_lists(codec, &lists, page_bytes);
	if (!codec->err)
		codec->err = process_moment__keep(process, &lists);
	for (i = 0; i < lists.arrays.count; i++)
		array_desc__deinit(&lists.arrays.arrays[i]);
	process_lists__deinit(&lists);
}

static void write_lists(struct codec *codec, const struct process_moment *process,
			uint64_t page_bytes)
{
	struct process_lists lists;

	codec->err = process_lists__of(process, &lists);
	if (!codec->err)
		code_lists(codec, &lists, page_bytes);
	process_lists__deinit(&lists);
}

void codec_process_lists(struct codec *codec, struct process_moment *process, uint64_t page_bytes)
{
	if (codec->reads)
		read_lists(codec, process, page_bytes);
	else
		write_lists(codec, process, page_bytes);
}
