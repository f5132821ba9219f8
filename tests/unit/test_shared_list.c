/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Lists that follow each other share what is alike, whatever is done to them in between. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/counted.h"
#include "base/shared_list.h"

#define ITEMS_MAX 4096u
#define KEPT 8u
#define STEPS 400u
#define PAGE 4096u

struct item {
	uint64_t key;
	uint64_t value;
	char *word;
};

static uint64_t key_of(const void *item)
{
	return ((const struct item *)item)->key;
}

static bool is_same(const void *left, const void *right)
{
	const struct item *a = left, *b = right;

	return a->key == b->key && a->value == b->value && !strcmp(a->word, b->word);
}

static size_t word_bytes(const void *item)
{
	return strlen(((const struct item *)item)->word) + 1;
}

static void pack_word(void *item, char *outside)
{
	struct item *copy = item;

	copy->word = strcpy(outside, copy->word);
}

static const struct shared_kind kind = { sizeof(struct item), key_of, is_same, word_bytes,
					 pack_word };

struct state {
	struct item items[ITEMS_MAX];
	size_t count;
};

static char words[][8] = { "", "a", "sevenle", "bb" };

static uint32_t pick(size_t below)
{
	return (uint32_t)((size_t)rand() % below);
}

/* One item more, less or other, or none. */
static void change(struct state *state)
{
	size_t at = pick(state->count + 1);
	uint64_t after = at ? state->items[at - 1].key : 0;

	switch (pick(4)) {
	case 0:
		if (state->count == ITEMS_MAX)
			break;
		memmove(state->items + at + 1, state->items + at,
			(state->count++ - at) * sizeof(*state->items));
		state->items[at] = (struct item){ after + pick(3), pick(9), words[pick(4)] };
		break;
	case 1:
		if (at < state->count)
			memmove(state->items + at, state->items + at + 1,
				(--state->count - at) * sizeof(*state->items));
		break;
	case 2:
		if (at < state->count)
			state->items[at].value++;
		break;
	default:
		break;
	}
}

static const struct shared_list *new_list(const struct item *items, size_t count,
					  const struct shared_list *before)
{
	const struct shared_list *list = shared_list__new(&kind, items, count);

	assert_non_null(list);
	assert_int_equal(shared_list__share(&kind, &list, before), 0);
	return list;
}

static void expect_items(const struct shared_list *list, const struct state *state)
{
	struct item *items = shared_list__copy(list, sizeof(*items));
	size_t i;

	assert_non_null(items);
	assert_int_equal(shared_list__count(list), state->count);
	for (i = 0; i < state->count; i++)
		assert_true(is_same(&items[i], &state->items[i]));
	free(items);
}

/* Of lists that were made one after another some are kept: each has its own items, to the end. */
static void what_is_kept_stays(void **unused)
{
	static struct state now, states[KEPT];
	const struct shared_list *kept[KEPT] = { NULL }, *last = NULL, *list;
	uint64_t sum = 0, alone = 0;
	uint32_t step, i;

	(void)unused;
	srand(3);
	now.count = ITEMS_MAX / 2;
	for (i = 0; i < now.count; i++)
		now.items[i] = (struct item){ PAGE * i, pick(9), words[pick(4)] };
	for (step = 0; step < STEPS; step++) {
		for (i = pick(5); i-- > 0;)
			change(&now);
		list = new_list(now.items, now.count, last);
		counted__drop(last);
		last = list;
		i = pick(KEPT);
		expect_items(kept[i], &states[i]);
		sum -= shared_list__discharge(kept[i]);
		counted__drop(kept[i]);
		kept[i] = counted__hold(list);
		sum += shared_list__charge(list);
		states[i] = now;
	}
	counted__drop(last);
	for (i = 0; i < KEPT; i++)
		alone += shared_list__bytes(kept[i]);
	assert_true(sum >= shared_list__bytes(kept[0]) && sum < alone);
	for (i = 0; i < KEPT; i++) {
		expect_items(kept[i], &states[i]);
		sum -= shared_list__discharge(kept[i]);
		counted__drop(kept[i]);
	}
	assert_int_equal(sum, 0);
}

static uint64_t cost_after(const struct shared_list *first, const struct item *items, size_t count)
{
	const struct shared_list *second = new_list(items, count, first);
	uint64_t bytes;

	bytes = shared_list__charge(second);
	assert_int_equal(shared_list__discharge(second), bytes);
	counted__drop(second);
	return bytes;
}

/* What another value costs, and what one item less: the list's own pointers, and a piece. */
static void an_edit_costs_a_piece(void **unused)
{
	static struct item items[ITEMS_MAX], fewer[ITEMS_MAX];
	const struct shared_list *first;
	uint64_t changed = 0, without = 0, cost;
	size_t i;

	(void)unused;
	for (i = 0; i < ITEMS_MAX; i++)
		items[i] = (struct item){ PAGE * i, 0, words[0] };
	first = new_list(items, ITEMS_MAX, NULL);
	assert_null(shared_list__whole(first));
	/* 32 bytes an item with its word, and 56 for each of 129 pieces. */
	assert_int_equal(shared_list__charge(first), ITEMS_MAX * 32 + 129 * 56 + 48);
	for (i = 0; i < ITEMS_MAX; i += 7) {
		items[i].value++;
		cost = cost_after(first, items, ITEMS_MAX);
		changed = cost > changed ? cost : changed;
		items[i].value--;
		memcpy(fewer, items, i * sizeof(*items));
		memcpy(fewer + i, items + i + 1, (ITEMS_MAX - i - 1) * sizeof(*items));
		cost = cost_after(first, fewer, ITEMS_MAX - 1);
		without = cost > without ? cost : without;
	}
	/* The largest piece has 92 items; without the first item of one it joins the one before. */
	assert_int_equal(changed, 129 * 8 + 48 + 48 + 92 * 32);
	assert_int_equal(without, 128 * 8 + 48 + 48 + 106 * 32);
	shared_list__discharge(first);
	counted__drop(first);
}

static void what_is_alike_is_one(void **unused)
{
	struct item items[] = { { 1, 2, words[1] }, { 3, 4, words[2] } };
	const struct shared_list *list = new_list(items, 2, NULL), *same, *other;

	(void)unused;
	same = new_list(items, 2, list);
	assert_ptr_equal(same, list);
	assert_true(is_same(shared_list__whole(list), items));
	items[1].word = words[3];
	other = new_list(items, 2, list);
	assert_ptr_not_equal(other, list);
	assert_int_equal(shared_list__charge(list), shared_list__bytes(list));
	assert_int_equal(shared_list__charge(same), 0);
	assert_int_equal(shared_list__charge(NULL), 0);
	assert_int_equal(shared_list__discharge(list), 0);
	assert_int_equal(shared_list__discharge(same), shared_list__bytes(list));
	counted__drop(list);
	counted__drop(same);
	counted__drop(other);
}

static int freed;

static void note_freed(void *memory)
{
	assert_int_equal(*(uint64_t *)memory, 7);
	freed++;
}

static void the_last_holder_frees(void **unused)
{
	uint64_t *memory = counted__new(sizeof(*memory), note_freed);

	(void)unused;
	assert_non_null(memory);
	assert_int_equal(*memory, 0);
	*memory = 7;
	assert_ptr_equal(counted__hold(memory), memory);
	assert_true(counted__bytes(memory) > sizeof(*memory));
	counted__drop(memory);
	assert_int_equal(freed, 0);
	counted__drop(memory);
	assert_int_equal(freed, 1);
	counted__drop(NULL);
	assert_null(counted__hold(NULL));
	assert_int_equal(counted__bytes(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_stays),
		cmocka_unit_test(an_edit_costs_a_piece),
		cmocka_unit_test(what_is_alike_is_one),
		cmocka_unit_test(the_last_holder_frees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
