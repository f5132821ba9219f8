/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Words come back as they were, and those that are all zeros or all ones take no room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/packed_words.h"

#define SETS 20000u

struct set {
	uint64_t words[PACKED_WORDS_MAX];
	unsigned int count;
	unsigned int stored;
	struct packed_words packed;
};

static uint64_t draw(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random;
}

static void draw_set(uint64_t *random, struct set *set)
{
	unsigned int i;

	memset(set, 0, sizeof(*set));
	set->count = 1 + (unsigned int)(draw(random) % PACKED_WORDS_MAX);
	for (i = 0; i < set->count; i++) {
		uint64_t kind = draw(random) % 3;

		/* Odd, and no more than 63 bits: neither of the two others. */
		set->words[i] = kind == 2 ? draw(random) >> 1 | 1 : 0 - kind;
		set->stored += kind == 2;
	}
}

static void random_sets(void **state)
{
	static struct set sets[SETS];
	uint64_t random = 88172645463325252u, words[PACKED_WORDS_MAX];
	struct word_store store = { 0 };
	unsigned int i;

	(void)state;
	for (i = 0; i < SETS; i++) {
		draw_set(&random, &sets[i]);
		assert_int_equal(
			packed_words__make(&store, sets[i].words, sets[i].count, &sets[i].packed),
			0);
	}
	for (i = 0; i < SETS; i++) {
		packed_words__get(&sets[i].packed, words, sets[i].count);
		assert_memory_equal(words, sets[i].words, sets[i].count * sizeof(*words));
		assert_int_equal(packed_words__stored(&sets[i].packed), sets[i].stored);
		/* They lie one behind the other, but for the end of a block. */
		if (i && sets[i].packed.stored > sets[i - 1].packed.stored &&
		    sets[i].packed.stored - sets[i - 1].packed.stored <= PACKED_WORDS_MAX)
			assert_int_equal(sets[i].packed.stored - sets[i - 1].packed.stored,
					 sets[i - 1].stored);
	}
	word_store__deinit(&store);
}

/* A set that nobody made is one of zeros. */
static void none(void **state)
{
	const struct packed_words packed = { 0 };
	uint64_t words[PACKED_WORDS_MAX], zeros[PACKED_WORDS_MAX] = { 0 };

	(void)state;
	packed_words__get(&packed, words, PACKED_WORDS_MAX);
	assert_memory_equal(words, zeros, sizeof(words));
	assert_int_equal(packed_words__stored(&packed), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_sets),
		cmocka_unit_test(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
