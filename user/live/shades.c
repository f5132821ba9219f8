/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/shades.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "live/picture_priv.h"

#define SECOND 1000000000ull
#define THREADS_SEEN 64u /* that are counted, to find those with the most chunks */

/* The upper bounds of ages; what is older has the last shade. */
static const uint64_t ages[] = { SECOND, 10 * SECOND, 60 * SECOND, 600 * SECOND };
#define AGES (sizeof(ages) / sizeof(ages[0]))

const char *live_colour_name(enum live_colour colour)
{
	static const char *const names[COLOURS] = {
		[COLOUR_TOUCH] = "touch",
		[COLOUR_STATE] = "state",
		[COLOUR_AGE] = "age",
		[COLOUR_THREAD] = "thread",
	};

	return names[colour];
}

static void add_shade(struct shades *shades, enum live_style style, uint32_t letter,
		      const char *text)
{
	struct shade *shade = &shades->of[shades->count++];

	snprintf(shade->text, sizeof(shade->text), "%s", text);
	shade->style = style;
	shade->letter = letter;
}

static void add_ages(struct shades *shades)
{
	static const char *const texts[AGES + 1] = { "under 1s", "under 10s", "under 1m",
						     "under 10m", "older" };
	uint32_t i;

	for (i = 0; i <= AGES; i++)
		add_shade(shades, (enum live_style)(LIVE_TONE_1 + i), 'A' + i, texts[i]);
}

struct seen_thread {
	uint32_t tid;
	uint64_t chunks;
};

/* The first THREADS_SEEN threads of the range, with the chunks that each touched first. */
static uint32_t count_threads(const struct touch_map *map, uint64_t start, uint64_t end,
			      struct seen_thread seen[THREADS_SEEN])
{
	size_t i = touch_map_lower_bound(map, start);
	uint32_t count = 0, last = 0;

	for (; i < map->count && map->chunks[i].start < end; i++) {
		uint32_t tid = map->chunks[i].first_tid;

		if (last >= count || seen[last].tid != tid) {
			for (last = 0; last < count && seen[last].tid != tid;)
				last++;
		}
		if (last == THREADS_SEEN)
			continue;
		if (last == count)
			seen[count++] = (struct seen_thread){ tid, 0 };
		seen[last].chunks++;
	}
	return count;
}

/* Keeps the thread with the most chunks, sorted by tid, and takes it from the list. */
static void take_thread(struct shades *shades, struct seen_thread *seen, uint32_t count)
{
	uint32_t best = 0, i;

	for (i = 1; i < count; i++) {
		if (seen[i].chunks > seen[best].chunks)
			best = i;
	}
	for (i = shades->thread_count; i > 0 && shades->threads[i - 1] > seen[best].tid; i--)
		shades->threads[i] = shades->threads[i - 1];
	shades->threads[i] = seen[best].tid;
	shades->thread_count++;
	seen[best].chunks = 0;
}

static void add_threads(struct shades *shades, const struct tally_input *input,
			const struct item *item)
{
	uint64_t first = item->start - item->start % (CHUNK_PAGES * input->page_bytes);
	struct seen_thread seen[THREADS_SEEN];
	uint32_t count = count_threads(input->touched, first, item->end, seen), i;
	char text[24];

	while (shades->thread_count < count && shades->thread_count < SHADE_THREADS)
		take_thread(shades, seen, count);
	for (i = 0; i < shades->thread_count; i++) {
		snprintf(text, sizeof(text), "thread %" PRIu32, shades->threads[i]);
		add_shade(shades, (enum live_style)(LIVE_TONE_1 + i), 'A' + i,
			  shades->threads[i] ? text : "thread unknown");
	}
	if (count > SHADE_THREADS)
		add_shade(shades, LIVE_TONE_6, 'A' + SHADE_THREADS, "other threads");
}

struct shades shades__of(enum live_colour colour, const struct picture *picture,
			 const struct item *item)
{
	const struct moment_header *header = &picture->moment.header;
	const struct tally_input input = picture__input(picture, item->process);
	bool known = input.touched;
	struct shades shades = {
		.colour = colour,
		.now_ns = header->start_ns + header->since_start_ns,
	};

	add_shade(&shades, LIVE_ZERO, 'z', "zero page");
	add_shade(&shades, LIVE_SWAPPED, 'w', "swapped out");
	add_shade(&shades, LIVE_RESIDENT, 'U', known ? "not touched" : "resident");
	if (colour == COLOUR_STATE) {
		add_shade(&shades, LIVE_TONE_2, 'A', "anon");
		add_shade(&shades, LIVE_TONE_3, 'H', "huge");
		add_shade(&shades, LIVE_TONE_4, 'F', "file");
		add_shade(&shades, LIVE_TONE_5, 'S', "shared");
	} else if (known && colour == COLOUR_TOUCH) {
		add_shade(&shades, LIVE_TOUCHED, 'T', "touched");
	} else if (known && colour == COLOUR_AGE) {
		add_ages(&shades);
	} else if (known) {
		add_threads(&shades, &input, item);
	}
	return shades;
}

/* The shade of the touched pages of a chunk. */
static uint32_t touched_shade(const struct shades *shades, const struct touch_chunk *chunk)
{
	uint64_t age = shades->now_ns > chunk->first_ns ? shades->now_ns - chunk->first_ns : 0;
	uint32_t i = 0;

	if (shades->colour == COLOUR_AGE) {
		while (i < AGES && age >= ages[i])
			i++;
	} else if (shades->colour == COLOUR_THREAD) {
		while (i < shades->thread_count && shades->threads[i] != chunk->first_tid)
			i++;
	}
	return SHADE_FIRST + i;
}

struct shader {
	const struct shades *shades;
	const struct touch_map *map;
	uint64_t page_bytes;
	size_t at;	 /* in the map */
	size_t unpacked; /* whose chunk is below; SIZE_MAX: none */
	uint64_t touched[CHUNK_WORDS];
	uint64_t chunk_start;
	uint32_t shade; /* of its touched pages */
	shade_visit visit;
	void *ctx;
};

static void unpack_chunk(struct shader *shader)
{
	struct touch_chunk chunk;
	uint32_t i;

	if (shader->unpacked == shader->at)
		return;
	packed_chunk_get(&shader->map->chunks[shader->at], &chunk);
	for (i = 0; i < CHUNK_WORDS; i++)
		shader->touched[i] = chunk.read[i] | chunk.written[i];
	shader->chunk_start = chunk.start;
	shader->shade = touched_shade(shader->shades, &chunk);
	shader->unpacked = shader->at;
}

/* The first page from `page` on, below end, whose bit differs from `bit`; or end. */
static uint64_t bits_end(const uint64_t words[CHUNK_WORDS], uint64_t page, uint64_t end, bool bit)
{
	while (page < end) {
		uint64_t word = words[page / 64] ^ (bit ? ~0ull : 0);

		word >>= page % 64;
		if (word) {
			page += (uint64_t)__builtin_ctzll(word);
			return page < end ? page : end;
		}
		page = (page / 64 + 1) * 64;
	}
	return end;
}

/* Resident pages [start, end) of the chunk that is unpacked. */
static int shade_chunk(const struct shader *shader, uint64_t start, uint64_t end)
{
	uint64_t page = (start - shader->chunk_start) / shader->page_bytes;
	uint64_t last = (end - shader->chunk_start) / shader->page_bytes, next;
	int err = 0;

	for (; !err && page < last; page = next) {
		bool touched = shader->touched[page / 64] >> page % 64 & 1;

		next = bits_end(shader->touched, page, last, touched);
		err = shader->visit(shader->ctx, shader->chunk_start + page * shader->page_bytes,
				    shader->chunk_start + next * shader->page_bytes,
				    touched ? shader->shade : SHADE_UNTOUCHED);
	}
	return err;
}

static int shade_resident(struct shader *shader, uint64_t start, uint64_t end)
{
	uint64_t chunk_bytes = CHUNK_PAGES * shader->page_bytes;
	int err = 0;

	while (!err && start < end) {
		uint64_t chunk = start - start % chunk_bytes, till = end;

		while (shader->at < shader->map->count &&
		       shader->map->chunks[shader->at].start < chunk)
			shader->at++;
		if (shader->at < shader->map->count &&
		    shader->map->chunks[shader->at].start == chunk) {
			unpack_chunk(shader);
			till = end - chunk < chunk_bytes ? end : chunk + chunk_bytes;
			err = shade_chunk(shader, start, till);
		} else {
			if (shader->at < shader->map->count &&
			    shader->map->chunks[shader->at].start < end)
				till = shader->map->chunks[shader->at].start;
			err = shader->visit(shader->ctx, start, till, SHADE_UNTOUCHED);
		}
		start = till;
	}
	return err;
}

static uint32_t state_shade(enum page_state state)
{
	switch (state) {
	case PAGE_ANON:
		return SHADE_FIRST;
	case PAGE_ANON_HUGE:
		return SHADE_FIRST + 1;
	case PAGE_FILE:
		return SHADE_FIRST + 2;
	default:
		return SHADE_FIRST + 3;
	}
}

static int shade_run(struct shader *shader, const struct page_run *run)
{
	if (run->state == PAGE_ZERO || run->state == PAGE_ZERO_HUGE)
		return shader->visit(shader->ctx, run->start, run->end, SHADE_ZERO);
	if (run->state == PAGE_SWAPPED)
		return shader->visit(shader->ctx, run->start, run->end, SHADE_SWAPPED);
	if (!page_state_resident(run->state))
		return 0;
	if (shader->shades->colour == COLOUR_STATE)
		return shader->visit(shader->ctx, run->start, run->end, state_shade(run->state));
	if (!shader->map)
		return shader->visit(shader->ctx, run->start, run->end, SHADE_UNTOUCHED);
	return shade_resident(shader, run->start, run->end);
}

int shades__each(const struct shades *shades, const struct tally_input *input, uint64_t start,
		 uint64_t end, shade_visit visit, void *ctx)
{
	struct shader shader = {
		.shades = shades,
		.map = input->touched,
		.page_bytes = input->page_bytes,
		.unpacked = SIZE_MAX,
		.visit = visit,
		.ctx = ctx,
	};
	size_t at = page_runs__lower_bound(input->runs, start);
	struct page_run part;
	int err = 0;

	if (shader.map)
		shader.at = touch_map_lower_bound(
			shader.map, start - start % (CHUNK_PAGES * input->page_bytes));
	while (!err && page_runs__part(input->runs, &at, start, end, &part))
		err = shade_run(&shader, &part);
	return err;
}
