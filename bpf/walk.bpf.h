/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Ends the lives in a range: sends the bits of each touched chunk to the ring. One flat cursor
 * under bpf_loop, with its state in a per-CPU slot: tracepoint programs run with preemption off and
 * do not nest (kernel/trace/bpf_trace.c, trace_call_bpf).
 */
#ifndef WALK_BPF_H
#define WALK_BPF_H

/* The pages of a chunk that are in a range, word by word. */
struct page_masks {
	__u64 words[PW_WORDS];
};

struct walk {
	__u64 cursor;	  /* the next chunk's number */
	__u64 last;	  /* of the last chunk */
	__u64 start, end; /* bytes */
	__u32 slot;
	__u32 closed;
	struct page_masks masks; /* of the present chunk */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct walk);
} walks SEC(".maps");

/*
 * The position of each power of two in a de Bruijn multiplication: BPF has no instruction for it,
 * and a search by branches would multiply the verifier's paths.
 */
static const __u8 bit_places[64] = {
	0,  1,	48, 2,	57, 49, 28, 3,	61, 58, 50, 42, 38, 29, 17, 4,	62, 55, 59, 36, 53, 51,
	43, 22, 45, 39, 33, 30, 24, 18, 12, 5,	63, 47, 56, 27, 60, 41, 37, 16, 54, 35, 52, 21,
	44, 32, 23, 11, 46, 26, 40, 15, 34, 20, 31, 10, 25, 14, 19, 9,	13, 8,	7,  6,
};

static __always_inline __u32 lowest_bit(__u64 word)
{
	return bit_places[((word & -word) * 0x03f79d71b4cb0a89ull) >> 58];
}

/* The first member >= from of a set; 512: none. Global: verified once. */
__noinline int next_member(struct pw_set *set, __u32 from)
{
	__u32 word = from >> 6, i;
	__u64 mask = ~0ull << (from & 63);

	if (!set)
		return 512;
	for (i = 0; i < PW_WORDS && word < PW_WORDS; i++) {
		__u32 index = word;
		__u64 bits;

		/* The mask changes nothing, but the verifier needs it. */
		hide(index);
		bits = set->bits[index & (PW_WORDS - 1)] & mask;
		if (bits)
			return word * 64 + lowest_bit(bits);
		mask = ~0ull;
		word++;
	}
	return 512;
}

/* value, clamped to 0..64. */
static __always_inline __u32 clamp_bits(__s64 value)
{
	__s64 sign = value >> 63, above;

	hide(sign);
	value &= ~sign;
	above = value - 64;
	sign = above >> 63;
	hide(sign);
	return 64 + (above & sign);
}

/* All bits from `from` (0..64) on; a shift by 64 is done as two shifts by half of it. */
static __always_inline __u64 bits_from(__u32 from)
{
	return ~0ull << (from >> 1) << (from - (from >> 1));
}

/* For chunk `number` and [start, end), bytes. Global: verified once. */
__noinline int fill_masks(struct page_masks *masks, __u64 number, __u64 start, __u64 end)
{
	__u64 base = number << chunk_shift();
	__s64 first = (__s64)(start - base) >> page_shift;
	__s64 last = (__s64)(end - base) >> page_shift;
	__s32 word;

	if (!masks)
		return 0;
#pragma unroll
	for (word = 0; word < PW_WORDS; word++)
		masks->words[word] = bits_from(clamp_bits(first - 64 * word)) &
				     ~bits_from(clamp_bits(last - 64 * word));
	return 0;
}

static __always_inline __u32 is_set(__u64 word)
{
	__u64 negative = -word;

	hide(negative);
	return (word | negative) >> 63;
}

/* Both bits of the pages in the low half of a mask. */
static __always_inline __u64 pair_mask(__u64 mask)
{
	return (__u32)mask | mask << 32;
}

/*
 * Takes the bits of a mask out of a pair. Loops over pairs hide their sum in each round: otherwise the
 * compiler takes all pairs before it counts any, and the stacks of all callers (512 bytes) have no
 * room for them.
 */
static __always_inline __u64 take_pair(__u64 *pair, __u64 mask)
{
	mask = pair_mask(mask);
	return __sync_fetch_and_and(pair, ~mask) & mask;
}

/* How many words of the chunk have bits in the walk's pages; *word is one of them. */
static __always_inline __u32 count_words(const struct pw_chunk *chunk, const struct walk *walk,
					 __u32 *word)
{
	__u32 words = 0, i;

#pragma unroll
	for (i = 0; i < PW_WORDS; i++) {
		__u32 set = is_set((*(volatile __u64 *)&chunk->pairs[2 * i] &
				    pair_mask(walk->masks.words[i])) |
				   (*(volatile __u64 *)&chunk->pairs[2 * i + 1] &
				    pair_mask(walk->masks.words[i] >> 32)));

		words += set;
		hide(set);
		*word |= i * set; /* not &: the verifier (v6.18) treats that as a branch */
		hide(words);
		hide(*word);
	}
	return words;
}

static __always_inline void fill_closed(struct pw_closed *closed, const struct pw_chunk *chunk,
					__u32 slot, __u64 number)
{
	closed->start = number << chunk_shift();
	closed->first_ns = chunk->first_ns;
	closed->last_ns = chunk->first_ns + (chunk->last_jiffies - chunk->first_jiffies) * tick_ns;
	closed->first_tid = chunk->first_tid;
	closed->first_cpu = chunk->first_cpu;
}

/*
 * A record is reserved before its bits are taken. So a reader that reads first the table and then
 * the ring up to its end finds each bit in one of them. Sparse touches usually need one word, for
 * which there is a record of a third of the size.
 */
__noinline int send_word(struct walk *walk, struct pw_chunk *chunk, __u64 number, __u32 word)
{
	struct pw_closed_word *record;
	__u64 mask, *pairs, low, high;

	if (!walk || !chunk)
		return 0;
	record = reserve_record(sizeof(*record));
	word &= PW_WORDS - 1;
	mask = walk->masks.words[word];
	pairs = &chunk->pairs[2 * word];
	if (!record) {
		low = take_pair(&pairs[0], mask);
		high = take_pair(&pairs[1], mask >> 32);
		count_touched(walk->slot, -(count_pages(low) + count_pages(high)));
		return lose_record();
	}
	fill_head(&record->closed.head, PW_CLOSED_WORD, walk->slot);
	fill_closed(&record->closed, chunk, walk->slot, number);
	record->word = word;
	record->padding = 0;
	record->pairs[0] = low = take_pair(&pairs[0], mask);
	record->pairs[1] = high = take_pair(&pairs[1], mask >> 32);
	bpf_ringbuf_submit(record, wakeup_flags(false));
	count_touched(walk->slot, -(count_pages(low) + count_pages(high)));
	return 0;
}

/* Without a record the bits are lost and counted; the life ends all the same. */
__noinline int drop_chunk(struct walk *walk, struct pw_chunk *chunk)
{
	__s64 pages = 0;
	__u32 i;

	if (!walk || !chunk)
		return 0;
#pragma unroll
	for (i = 0; i < PW_PAIRS; i++) {
		__u64 mask = walk->masks.words[i / 2] >> (i % 2 * 32);

		pages += count_pages(take_pair(&chunk->pairs[i], mask));
		hide(pages);
	}
	count_touched(walk->slot, -pages);
	return 0;
}

__noinline int send_chunk(struct walk *walk, struct pw_chunk *chunk, __u64 number)
{
	struct pw_closed_chunk *record;
	__s64 pages = 0;
	__u32 i;

	if (!walk || !chunk)
		return 0;
	record = reserve_record(sizeof(*record));
	if (!record) {
		lose_record();
		return drop_chunk(walk, chunk);
	}
	fill_head(&record->closed.head, PW_CLOSED_CHUNK, walk->slot);
	fill_closed(&record->closed, chunk, walk->slot, number);
#pragma unroll
	for (i = 0; i < PW_PAIRS; i++) {
		__u64 mask = walk->masks.words[i / 2] >> (i % 2 * 32);

		record->pairs[i] = take_pair(&chunk->pairs[i], mask);
		pages += count_pages(record->pairs[i]);
		hide(pages);
	}
	bpf_ringbuf_submit(record, wakeup_flags(false));
	count_touched(walk->slot, -pages);
	return 0;
}

static __always_inline void close_found(struct walk *walk, struct pw_chunk *chunk, __u64 number)
{
	__u32 words, word = 0;

	fill_masks(&walk->masks, number, walk->start, walk->end);
	words = count_words(chunk, walk, &word);
	if (words == 1)
		send_word(walk, chunk, number, word);
	else if (words)
		send_chunk(walk, chunk, number);
}

__noinline int close_chunk(struct walk *walk, __u64 number)
{
	struct pw_chunk *chunk;
	__u64 key;
	__u32 lock;
	int held;

	if (!walk)
		return 0;
	lock = lock_of(walk->slot, number);
	held = lock_gib(lock);
	key = chunk_key(walk->slot, number);
	chunk = chunk_at(find_place(key), key);
	if (chunk) {
		close_found(walk, chunk, number);
		/* Without the lock the chunk stays in the set, empty, which does no harm. */
		if (held)
			end_chunk(chunk, walk->slot, number);
	}
	if (held)
		unlock_gib(lock);
	return 0;
}

/* The next live chunk at or after the cursor within its own set, or where the search continues. */
static __always_inline bool find_live(struct walk *walk)
{
	__u64 group = walk->cursor >> PW_SET_SHIFT;
	__u64 key = set_key(walk->slot, 2, group >> PW_SET_SHIFT);
	struct pw_set *set = bpf_map_lookup_elem(&sets, &key);
	__u32 member = 512;

	if (set)
		member = next_member(set, group & 511);
	if (member >= 512) {
		walk->cursor = ((group >> PW_SET_SHIFT) + 1) << (2 * PW_SET_SHIFT);
		return false;
	}
	if (member > (group & 511)) {
		group = (group >> PW_SET_SHIFT << PW_SET_SHIFT) + member;
		walk->cursor = group << PW_SET_SHIFT;
	}
	key = set_key(walk->slot, 1, group);
	set = bpf_map_lookup_elem(&sets, &key);
	member = 512;
	if (set)
		member = next_member(set, walk->cursor & 511);
	walk->cursor = (group << PW_SET_SHIFT) + member;
	return member < 512;
}

static long walk_step(__u32 index, void *ctx)
{
	__u32 zero = 0;
	struct walk *walk = bpf_map_lookup_elem(&walks, &zero);

	if (!walk || walk->cursor > walk->last || walk->closed >= limits[PW_LIMIT_CHUNKS_A_CALL])
		return 1;
	if (!find_live(walk) || walk->cursor > walk->last)
		return 0;
	close_chunk(walk, walk->cursor);
	walk->cursor++;
	walk->closed++;
	return 0;
}

/* unclosed.bpf.h */
int leave_unclosed(struct walk *walk);

/* Ends the lives of [start, end) (bytes, page-aligned). Global: verified once. */
__noinline int close_range(__u32 slot, __u64 start, __u64 end)
{
	__u32 zero = 0;
	struct walk *walk = bpf_map_lookup_elem(&walks, &zero);

	if (!walk || start >= end)
		return 0;
	walk->slot = slot;
	walk->start = start;
	walk->end = end;
	walk->cursor = start >> chunk_shift();
	walk->last = (end - 1) >> chunk_shift();
	walk->closed = 0;
	bpf_loop(4 * limits[PW_LIMIT_CHUNKS_A_CALL], walk_step, NULL, 0);
	if (walk->cursor <= walk->last)
		leave_unclosed(walk);
	return 0;
}

#endif
