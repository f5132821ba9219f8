/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Compares a count with the written value, and finds a value that would hold. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/format.h"
#include "model/expect/expect_priv.h"

static const char *const metric_names[EXPECT_METRICS] = {
	[METRIC_PAGES] = "pages",	  [METRIC_RESIDENT] = "resident",
	[METRIC_ZERO] = "zero",		  [METRIC_HUGE] = "huge",
	[METRIC_SWAPPED] = "swapped",	  [METRIC_ABSENT] = "absent",
	[METRIC_TOUCHED] = "touched",	  [METRIC_READ] = "read",
	[METRIC_WRITTEN] = "written",	  [METRIC_LEDGER_TOUCHED] = "ledger_touched",
	[METRIC_BEFORE] = "before",	  [METRIC_HUGE_FILL] = "huge_fill",
	[METRIC_UNFAULTED] = "unfaulted", [METRIC_PEAK_RESIDENT] = "peak_resident",
	[METRIC_CACHED] = "cached",	  [METRIC_DIRTY] = "dirty",
	[METRIC_FAULTS] = "faults",	  [METRIC_PEAK_TOUCHED] = "peak_touched",
};

static const char *const op_names[] = {
	[OP_EQ] = "==", [OP_NE] = "!=", [OP_LE] = "<=",
	[OP_LT] = "<",	[OP_GE] = ">=", [OP_GT] = ">",
};

const char *expect_metric_name(enum expect_metric metric)
{
	return metric_names[metric];
}

const char *expect_op_name(enum expect_op op)
{
	return op_names[op];
}

/* Products of two 64-bit counts and at most 100 * 10^9: percentages have base < 2^52 pages. */
static __int128 measured_growth(const struct expect_measure *measure)
{
	return (__int128)measure->value - (__int128)measure->before;
}

static __int128 left_side(const struct expect_value *value, const struct expect_measure *measure,
			  uint64_t page_bytes)
{
	switch (value->unit) {
	case UNIT_BYTES:
		return measured_growth(measure) * page_bytes;
	case UNIT_PERCENT:
		return measured_growth(measure) * 100 * value->scale;
	default:
		return measured_growth(measure);
	}
}

static __int128 right_side(const struct expect_value *value, const struct expect_measure *measure)
{
	__int128 number = value->number;

	if (value->unit == UNIT_PERCENT)
		number *= measure->base;
	return value->negative ? -number : number;
}

bool expect_holds(const struct expect_clause *clause, const struct expect_measure *measure,
		  uint64_t page_bytes)
{
	__int128 left = left_side(&clause->value, measure, page_bytes);
	__int128 right = right_side(&clause->value, measure);

	switch (clause->op) {
	case OP_EQ:
		return left == right;
	case OP_NE:
		return left != right;
	case OP_LE:
		return left <= right;
	case OP_LT:
		return left < right;
	case OP_GE:
		return left >= right;
	default:
		return left > right;
	}
}

/* The nearest number of the unit that holds: rounded away from the written one. */
static __int128 boundary_value(const struct expect_clause *clause,
			       const struct expect_measure *measure, uint64_t page_bytes)
{
	bool upper = clause->op == OP_LE || clause->op == OP_LT;
	__int128 left = left_side(&clause->value, measure, page_bytes);
	__int128 divisor = clause->value.unit == UNIT_PERCENT ? (__int128)measure->base : 1;
	__int128 number = left / divisor;

	if (upper && number * divisor < left)
		number++;
	if (!upper && number * divisor > left)
		number--;
	if (clause->op == OP_LT && number * divisor == left)
		number++;
	if (clause->op == OP_GT && number * divisor == left)
		number--;
	return number;
}

static char *print_number(const struct expect_value *value, __int128 number)
{
	const char *sign = number < 0 ? "-" : value->relative ? "+" : "";
	uint64_t whole = (uint64_t)(number < 0 ? -number : number), below = value->scale;
	int decimals = 0;

	if (value->unit == UNIT_BYTES)
		return whole % 1024 ? format_new("%s%" PRIu64 "B", sign, whole)
				    : format_new("%s%" PRIu64 "KiB", sign, whole / 1024);
	if (value->unit == UNIT_PAGES)
		return format_new("%s%" PRIu64, sign, whole);
	for (; below > 1; below /= 10)
		decimals++;
	if (!decimals)
		return format_new("%s%" PRIu64 "%%", sign, whole);
	return format_new("%s%" PRIu64 ".%0*" PRIu64 "%%", sign, whole / value->scale, decimals,
			  whole % value->scale);
}

char *expect_remedy(const struct expect_clause *clause, const struct expect_measure *measure,
		    uint64_t page_bytes)
{
	struct expect_clause told = *clause;
	__int128 number;
	char *text, *remedy;

	if (measure->holds || measure->unknown || clause->op == OP_NE)
		return NULL;
	/* Few shares are whole percentages, but pages are exact. */
	if (clause->op == OP_EQ && clause->value.unit == UNIT_PERCENT)
		told.value.unit = UNIT_PAGES;
	number = boundary_value(&told, measure, page_bytes);
	if (number < 0 && !told.value.relative)
		return NULL;
	text = print_number(&told.value, number);
	if (!text)
		return NULL;
	remedy = format_new("%s%s %s %s", clause->interior ? "interior_" : "",
			    expect_metric_name(clause->metric), expect_op_name(clause->op), text);
	free(text);
	return remedy;
}
