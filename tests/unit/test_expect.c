/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The check language: what parses, where an error points, and exact comparison. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/expect/checks.h"

#define PAGE 4096u

static void parse(const char *text, struct expectation *ret)
{
	struct expect_error error;

	if (expectation__parse(text, ret, &error))
		fail_msg("%s: column %u: %s", text, error.column, error.message);
}

/* The first ": " ends a name that is not quoted. */
static void test_names_end(void **state)
{
	struct expectation expectation;
	struct expect_error error;

	(void)state;
	parse("  at \"after \\\"sum\\\"\": __main__.d['a:b'].x : resident <= 4 ", &expectation);
	assert_string_equal(expectation.at, "after \"sum\"");
	assert_string_equal(expectation.name, "__main__.d['a:b'].x");
	assert_string_equal(expectation.text,
			    "at \"after \\\"sum\\\"\": __main__.d['a:b'].x : resident <= 4");
	expectation__deinit(&expectation);
	assert_int_not_equal(expectation__parse("d['a: b']: resident == 0", &expectation, &error),
			     0);
	assert_int_equal(error.column, 7);
	expectation__deinit(&expectation);
	parse("\"d['a: b']\": resident == 0", &expectation);
	assert_string_equal(expectation.name, "d['a: b']");
	expectation__deinit(&expectation);
}

static void test_values(void **state)
{
	struct expectation expectation;

	(void)state;
	parse("at \"a\": since \"b\": \"x: *\": resident <= +4 and interior_zero>=-99.50% unless absent",
	      &expectation);
	assert_string_equal(expectation.name, "x: *");
	assert_true(expectation.exact && expectation.unless_absent);
	assert_int_equal(expectation.clause_count, 2);
	assert_int_equal(expectation.clauses[0].metric, METRIC_RESIDENT);
	assert_true(expectation.clauses[0].value.relative);
	assert_int_equal(expectation.clauses[0].value.number, 4);
	assert_true(expectation.clauses[1].interior && expectation.clauses[1].value.negative);
	assert_int_equal(expectation.clauses[1].value.unit, UNIT_PERCENT);
	assert_int_equal(expectation.clauses[1].value.number, 9950);
	assert_int_equal(expectation.clauses[1].value.scale, 100);
	expectation__deinit(&expectation);
	parse("process: resident < 40 MiB and faults != 18446744073709551615", &expectation);
	assert_true(expectation.process);
	assert_int_equal(expectation.clauses[0].value.number, 40u << 20);
	expectation__deinit(&expectation);
	parse("at: resident == 0", &expectation);
	assert_string_equal(expectation.name, "at");
	assert_null(expectation.at);
	expectation__deinit(&expectation);
	parse("x*: resident==0B", &expectation);
	assert_false(expectation.exact);
	assert_int_equal(expectation.clauses[0].value.unit, UNIT_BYTES);
	expectation__deinit(&expectation);
}

static void test_columns(void **state)
{
	static const struct {
		const char *text;
		uint32_t column;
	} broken[] = {
		{ "", 1 },
		{ "x", 2 },
		{ "  x:resident", 13 },
		{ ": resident == 0", 1 },
		{ "x: residnt == 0", 4 },
		{ "x: resident = 0", 13 },
		{ "x: resident == ", 15 },
		{ "x: resident == -1", 16 },
		{ "x: resident == 1.5", 16 },
		{ "x: resident == 1.%", 18 },
		{ "x: resident == 1.1234567890%", 18 },
		{ "x: resident == 4kB", 17 },
		{ "x: resident == 4MB", 17 },
		{ "x: resident == 4Q", 17 },
		{ "x: resident == 4KiBs", 17 },
		{ "x: resident == 18446744073709551616", 16 },
		{ "x: resident == 99999999999T", 16 },
		{ "x: resident == 0 or", 18 },
		{ "x: resident == 0 and", 21 },
		{ "x: resident == 0 unless present", 25 },
		{ "x: faults == 0", 4 },
		{ "process: interior_resident == 0", 10 },
		{ "process: faults < 4K", 19 },
		{ "x: peak_touched == 0", 4 },
		{ "x*: peak_resident == 0", 5 },
		{ "process: peak_touched < 4%", 25 },
		{ "at \"\": x: resident == 0", 4 },
		{ "at \"a: x: resident == 0", 4 },
		{ "at \"a\" x: resident == 0", 8 },
		{ "since \"a\": x: resident == 0", 27 },
	};
	struct expectation expectation;
	struct expect_error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		if (!expectation__parse(broken[i].text, &expectation, &error))
			fail_msg("parsed: %s", broken[i].text);
		if (error.column != broken[i].column)
			fail_msg("%s: column %u (%s), not %u", broken[i].text, error.column,
				 error.message, broken[i].column);
		assert_true(*error.message);
		expectation__deinit(&expectation);
	}
}

static void test_too_many_clauses(void **state)
{
	char text[1024] = "x: resident == 0";
	struct expectation expectation;
	struct expect_error error;
	int i;

	(void)state;
	for (i = 1; i < EXPECT_CLAUSES_MAX; i++)
		strcat(text, " and zero == 0");
	parse(text, &expectation);
	expectation__deinit(&expectation);
	strcat(text, " and zero == 0");
	assert_int_not_equal(expectation__parse(text, &expectation, &error), 0);
	expectation__deinit(&expectation);
}

static uint64_t draw(uint64_t *random, uint64_t limit)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random % limit;
}

/* A snapshot of one process with one array, all of it on the stack. */
struct stage {
	struct snapshot snapshot;
	struct process_snapshot process;
	struct array_row row;
};

static void set_stage(struct stage *stage, uint64_t pages, uint64_t resident)
{
	memset(stage, 0, sizeof(*stage));
	stage->snapshot.header.environment.page_bytes = PAGE;
	stage->snapshot.processes = &stage->process;
	stage->snapshot.process_count = 1;
	stage->snapshot.header.tells_writes = true;
	stage->process.header.facts.pid = 1;
	stage->process.header.faults_known = true;
	stage->process.arrays = &stage->row;
	stage->process.array_count = 1;
	stage->row.desc.name = (char *)"x";
	stage->row.desc.id = 1;
	stage->row.desc.end = pages * PAGE;
	stage->row.tally.pages = stage->row.interior.pages = pages;
	stage->row.tally.resident = stage->row.interior.resident = resident;
	stage->row.tally.states[PAGE_ANON] = resident;
	stage->row.tally.states[PAGE_ABSENT] = pages - resident;
}

static const struct snapshot *only(void *ctx, uint32_t pid)
{
	(void)pid;
	return ctx;
}

static enum expect_verdict judge(const char *text, const struct stage *now,
				 const struct stage *since, char **remedy)
{
	const struct expect_past past = { only, since ? (void *)&since->snapshot : NULL };
	struct expectation expectation;
	struct expect_result result;
	enum expect_verdict verdict;

	parse(text, &expectation);
	assert_int_equal(expectation__judge(&expectation, &now->snapshot, &past, &result), 0);
	verdict = result.verdict;
	if (remedy)
		*remedy = expect_remedy(&expectation.clauses[0], &result.findings[0].measures[0],
					PAGE);
	expect_result__deinit(&result);
	expectation__deinit(&expectation);
	return verdict;
}

/* Each operator and unit at its boundary; 1 of 3 pages is no decimal fraction. */
static void test_exact(void **state)
{
	static const struct {
		const char *text;
		enum expect_verdict verdict;
	} cases[] = {
		{ "x: resident == 1", EXPECT_HOLDS },
		{ "x: resident != 1", EXPECT_FAILS },
		{ "x: resident < 1", EXPECT_FAILS },
		{ "x: resident <= 1", EXPECT_HOLDS },
		{ "x: resident > 1", EXPECT_FAILS },
		{ "x: resident >= 1", EXPECT_HOLDS },
		{ "x: resident == 4096B", EXPECT_HOLDS },
		{ "x: resident <= 4095B", EXPECT_FAILS },
		{ "x: resident < 4097B", EXPECT_HOLDS },
		{ "x: resident == 4K and absent == 8KiB", EXPECT_HOLDS },
		{ "x: resident <= 33.333333333%", EXPECT_FAILS },
		{ "x: resident <= 33.333333334%", EXPECT_HOLDS },
		{ "x: resident >= 33.333333333%", EXPECT_HOLDS },
		{ "x: resident >= 33.333333334%", EXPECT_FAILS },
		{ "x: absent > 66.6%", EXPECT_HOLDS },
		{ "x: resident == 1 and absent == 3", EXPECT_FAILS },
		{ "x: pages == 3 and interior_pages == 3", EXPECT_HOLDS },
		{ "?: pages == 3", EXPECT_HOLDS },
		{ "y: pages == 3", EXPECT_UNKNOWN },
		{ "y: pages == 3 unless absent", EXPECT_HOLDS },
		{ "y*: pages == 3 unless absent", EXPECT_HOLDS },
	};
	struct stage stage;
	size_t i;

	(void)state;
	set_stage(&stage, 3, 1);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (judge(cases[i].text, &stage, NULL, NULL) != cases[i].verdict)
			fail_msg("%s", cases[i].text);
	}
}

/* What a remedy says holds, and one less would not. */
static void test_remedies(void **state)
{
	static const char *const ops[] = { "<=", "<", ">=", ">", "==" };
	static const char *const values[] = { "%u", "%uK", "%u.0%%", "%u%%", "%u.25%%" };
	uint64_t random = 815;
	struct stage stage;
	int i, failed = 0;

	(void)state;
	for (i = 0; i < 20000; i++) {
		uint64_t pages = 1 + draw(&random, 1009), resident = draw(&random, pages + 1);
		char text[128], value[64], again[160];
		char *remedy;

		snprintf(value, sizeof(value), values[draw(&random, 5)],
			 (unsigned int)draw(&random, 1009));
		snprintf(text, sizeof(text), "x: resident %s %s", ops[draw(&random, 5)], value);
		set_stage(&stage, pages, resident);
		if (judge(text, &stage, NULL, &remedy) != EXPECT_FAILS) {
			assert_null(remedy);
			continue;
		}
		failed++;
		/* Nothing is more than... where even 0 is not less: "> -1" is not written. */
		if (!remedy) {
			assert_true(!resident && strchr(text, '>'));
			continue;
		}
		snprintf(again, sizeof(again), "x: %s", remedy);
		if (judge(again, &stage, NULL, NULL) != EXPECT_HOLDS)
			fail_msg("'%s', for %s with %u of %u", again, text, (unsigned int)resident,
				 (unsigned int)pages);
		free(remedy);
	}
	assert_true(failed > 5000);
}

static void test_growth(void **state)
{
	struct stage now, since;

	(void)state;
	set_stage(&since, 1009, 10);
	set_stage(&now, 1009, 14);
	assert_int_equal(judge("since \"A\": x: resident <= +4", &now, &since, NULL), EXPECT_HOLDS);
	assert_int_equal(judge("since \"A\": x: resident <= +3", &now, &since, NULL), EXPECT_FAILS);
	assert_int_equal(judge("since \"A\": x: absent == -4", &now, &since, NULL), EXPECT_HOLDS);
	assert_int_equal(judge("since \"A\": x: absent >= -3", &now, &since, NULL), EXPECT_FAILS);
	assert_int_equal(judge("since \"A\": x: resident <= +16KiB", &now, &since, NULL),
			 EXPECT_HOLDS);
	assert_int_equal(judge("since \"A\": x: resident <= +4", &now, NULL, NULL), EXPECT_UNKNOWN);
	since.row.desc.id = 2;
	assert_int_equal(judge("since \"A\": x: resident <= +4", &now, &since, NULL),
			 EXPECT_UNKNOWN);
}

/* What was lost makes unknown what it can have changed, and nothing else. */
static void test_unknown(void **state)
{
	char missing[] = "some are missing";
	struct stage stage;

	(void)state;
	set_stage(&stage, 3, 1);
	stage.snapshot.header.losses.count[LOSS_UNREADABLE] = 1;
	/* Another process's, as yet. */
	assert_int_equal(judge("x: resident == 1", &stage, NULL, NULL), EXPECT_HOLDS);
	stage.process.header.losses.count[LOSS_UNREADABLE] = 1;
	assert_int_equal(judge("x: resident == 1", &stage, NULL, NULL), EXPECT_UNKNOWN);
	assert_int_equal(judge("process: faults == 0", &stage, NULL, NULL), EXPECT_HOLDS);
	set_stage(&stage, 3, 1);
	stage.snapshot.header.losses.count[LOSS_CHUNKS] = 1;
	assert_int_equal(judge("x: resident == 1", &stage, NULL, NULL), EXPECT_HOLDS);
	assert_int_equal(judge("x: touched == 0", &stage, NULL, NULL), EXPECT_UNKNOWN);
	assert_int_equal(judge("x: resident == 2 and touched == 0", &stage, NULL, NULL),
			 EXPECT_FAILS);
	assert_int_equal(judge("process: faults == 0", &stage, NULL, NULL), EXPECT_HOLDS);
	set_stage(&stage, 3, 1);
	stage.snapshot.header.losses.count[LOSS_UNSURE] = 1;
	stage.process.header.losses.count[LOSS_UNSURE] = 1;
	assert_int_equal(judge("x: resident == 1", &stage, NULL, NULL), EXPECT_HOLDS);
	assert_int_equal(judge("x: touched == 0", &stage, NULL, NULL), EXPECT_UNKNOWN);
	/* Of one process nothing but a sum is known: it may not hold there. */
	set_stage(&stage, 3, 1);
	stage.snapshot.header.rest.count = 1;
	assert_int_equal(judge("x: resident == 1", &stage, NULL, NULL), EXPECT_UNKNOWN);
	assert_int_equal(judge("x: resident == 2", &stage, NULL, NULL), EXPECT_FAILS);
	set_stage(&stage, 3, 1);
	stage.process.header.faults_known = false;
	assert_int_equal(judge("x: before == 0", &stage, NULL, NULL), EXPECT_UNKNOWN);
	set_stage(&stage, 3, 1);
	stage.snapshot.header.tells_writes = false;
	assert_int_equal(judge("x: touched == 0", &stage, NULL, NULL), EXPECT_HOLDS);
	assert_int_equal(judge("x: read == 0", &stage, NULL, NULL), EXPECT_UNKNOWN);
	stage.snapshot.header.merged_count = 2;
	assert_int_equal(judge("x: huge == 0", &stage, NULL, NULL), EXPECT_UNKNOWN);
	assert_int_equal(judge("x: zero == 0", &stage, NULL, NULL), EXPECT_HOLDS);
	assert_int_equal(judge("x: unfaulted == 0", &stage, NULL, NULL), EXPECT_HOLDS);
	stage.row.tally.ledger[LEDGER_UNEXPLAINED] = 1;
	assert_int_equal(judge("x: unfaulted == 0", &stage, NULL, NULL), EXPECT_UNKNOWN);
	assert_int_equal(judge("x: huge_fill == 0", &stage, NULL, NULL), EXPECT_UNKNOWN);
	assert_int_equal(judge("x: before == 0", &stage, NULL, NULL), EXPECT_HOLDS);
	stage.row.tally.ledger[LEDGER_UNEXPLAINED] = 0;
	stage.row.interior.pages = 0;
	assert_int_equal(judge("x: interior_resident == 0", &stage, NULL, NULL), EXPECT_UNKNOWN);
	stage.process.header.names_missing = text_buffer__behind(missing, sizeof(missing));
	assert_int_equal(judge("x: pages == 3", &stage, NULL, NULL), EXPECT_HOLDS);
	assert_int_equal(judge("*: pages == 3", &stage, NULL, NULL), EXPECT_UNKNOWN);
	assert_int_equal(judge("*: pages == 4", &stage, NULL, NULL), EXPECT_FAILS);
	assert_int_equal(judge("y: pages == 3 unless absent", &stage, NULL, NULL), EXPECT_UNKNOWN);
	stage.process.header.exited = true;
	assert_int_equal(judge("process: resident == 0", &stage, NULL, NULL), EXPECT_UNKNOWN);
	stage.snapshot.process_count = 0;
	assert_int_equal(judge("process: resident == 0", &stage, NULL, NULL), EXPECT_UNKNOWN);
}

/* Views are matched by exact names only, owners by wildcards too; aliases are names. */
static void test_who(void **state)
{
	char *aliases[] = { (char *)"y", (char *)"z" };
	struct stage stage;

	(void)state;
	set_stage(&stage, 3, 1);
	stage.row.desc.owner = 7;
	stage.row.desc.aliases = aliases;
	stage.row.desc.alias_count = 2;
	assert_int_equal(judge("x: resident == 1", &stage, NULL, NULL), EXPECT_HOLDS);
	assert_int_equal(judge("z: resident == 1", &stage, NULL, NULL), EXPECT_HOLDS);
	assert_int_equal(judge("x*: resident == 1", &stage, NULL, NULL), EXPECT_UNKNOWN);
	stage.row.desc.owner = 0;
	assert_int_equal(judge("x*: resident == 1", &stage, NULL, NULL), EXPECT_HOLDS);
	assert_int_equal(judge("?z*: resident == 1", &stage, NULL, NULL), EXPECT_UNKNOWN);
	assert_int_equal(judge("z*: resident == 1", &stage, NULL, NULL), EXPECT_HOLDS);
	assert_int_equal(judge("\"x*\": resident == 1", &stage, NULL, NULL), EXPECT_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_end), cmocka_unit_test(test_values),
		cmocka_unit_test(test_columns),	  cmocka_unit_test(test_too_many_clauses),
		cmocka_unit_test(test_exact),	  cmocka_unit_test(test_remedies),
		cmocka_unit_test(test_growth),	  cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_who),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
