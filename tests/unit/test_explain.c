/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Sentences on random rows: every number in them is a count of the row. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/rows/explain.h"

#define PAGE 4096u

static uint64_t below(uint64_t *random, uint64_t limit)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random % limit;
}

/* Splits pages over states, and the resident ones over causes, some of them 0. */
static void fill(struct tally *tally, uint64_t *random, uint64_t pages)
{
	static const enum page_state order[] = { PAGE_ABSENT, PAGE_ZERO, PAGE_ANON, PAGE_ANON_HUGE,
						 PAGE_SWAPPED };
	uint64_t left = pages, part;
	size_t i;

	memset(tally, 0, sizeof(*tally));
	tally->pages = pages;
	for (i = 0; i < 4; i++) {
		part = below(random, 3) ? below(random, left + 1) : 0;
		tally->states[order[i]] = part;
		left -= part;
	}
	tally->states[order[below(random, 5)]] += left;
	tally->resident = tally->states[PAGE_ANON] + tally->states[PAGE_ANON_HUGE];
	left = tally->resident;
	for (i = 0; i + 1 < LEDGER_CLASSES; i++) {
		part = below(random, 2) ? below(random, left + 1) : 0;
		tally->ledger[i] = part;
		left -= part;
	}
	tally->ledger[LEDGER_UNFAULTED] = left;
	tally->touch.gone = below(random, tally->states[PAGE_ABSENT] + 1);
	tally->touch.pages_touched = tally->ledger[LEDGER_TOUCHED] + tally->touch.gone;
}

static bool is_count(uint64_t value, const struct array_row *row)
{
	const struct tally *tally = &row->tally;
	size_t i;

	if (value == tally->pages || value == tally->resident || value == tally->touch.gone ||
	    value == row->vma_count || value == 0 ||
	    value == tally->states[PAGE_ZERO] + tally->states[PAGE_ZERO_HUGE] ||
	    value == tally->ledger[LEDGER_TOUCHED] + tally->ledger[LEDGER_HUGE_FILL])
		return true;
	for (i = 0; i < PAGE_STATES; i++) {
		if (value == tally->states[i])
			return true;
	}
	for (i = 0; i < LEDGER_CLASSES; i++) {
		if (value == tally->ledger[i])
			return true;
	}
	return false;
}

/* Numbers come as 1,234,567. */
static void expect_counts(const char *sentence, const struct array_row *row)
{
	while (*sentence) {
		uint64_t value = 0;

		if (!isdigit((unsigned char)*sentence)) {
			sentence++;
			continue;
		}
		for (; isdigit((unsigned char)*sentence) ||
		       (*sentence == ',' && isdigit((unsigned char)sentence[1]));
		     sentence++) {
			if (*sentence != ',')
				value = value * 10 + (uint64_t)(*sentence - '0');
		}
		assert_true(is_count(value, row));
	}
}

static const struct moment_header header = { .environment.page_bytes = PAGE, .tells_writes = true };

static void random_rows(void **state)
{
	uint64_t random = 0x9e3779b97f4a7c15ull, said = 0;
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		struct process_header process = { .faults_known = below(&random, 2) };
		struct array_row row = { .vma_count = 1 + (uint32_t)below(&random, 3) };
		char *sentence;

		row.desc.start = 0x10000000 + below(&random, 2) * 16;
		fill(&row.tally, &random, 1 + below(&random, 100003));
		row.interior = row.tally;
		sentence = explain_array(&header, &process, &row);
		if (!sentence)
			continue;
		said++;
		expect_counts(sentence, &row);
		/* A cause is only told by who has seen the faults. */
		if (!process.faults_known)
			assert_null(strstr(sentence, "touched"));
		free(sentence);
	}
	assert_true(said > 10000);
}

static void lazy_array(void **state)
{
	struct process_header process = { .faults_known = true };
	struct array_row row = { .vma_count = 2, .desc.start = 0x7f0000000010 };
	char *sentence;

	(void)state;
	row.tally.pages = 1009;
	row.tally.states[PAGE_ABSENT] = 1008;
	row.tally.states[PAGE_ANON] = row.tally.resident = row.tally.ledger[LEDGER_TOUCHED] = 1;
	row.interior.pages = row.interior.states[PAGE_ABSENT] = 1007;
	sentence = explain_array(&header, &process, &row);
	assert_string_equal(sentence, "lazy: 1 of 1,009 pages resident, the allocator's header; "
				      "lies in 2 mappings");
	free(sentence);
}

static void one_huge_write(void **state)
{
	struct process_header process = { .faults_known = true };
	struct array_row row = { .vma_count = 1, .desc.start = 0x7f0000000000 };
	char *sentence;

	(void)state;
	row.tally.pages = 2053;
	row.tally.states[PAGE_ABSENT] = 2053 - 512;
	row.tally.states[PAGE_ANON_HUGE] = row.tally.resident = 512;
	row.tally.ledger[LEDGER_TOUCHED] = 1;
	row.tally.ledger[LEDGER_HUGE_FILL] = 511;
	row.interior = row.tally;
	sentence = explain_array(&header, &process, &row);
	assert_string_equal(sentence, "one write made 512 pages resident: a huge page");
	free(sentence);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_rows),
		cmocka_unit_test(lazy_array),
		cmocka_unit_test(one_huge_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
