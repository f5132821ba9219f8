/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Index ranges as Python spells them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "model/index/index_set.h"

#define NAME_MAX_BYTES 32u
#define SHORT_DIMS 3u

/* Blocks wider than one index have no slice of their own: a variable for each such dimension. */
static bool needs_variable(const struct index_span *span)
{
	return span->width > 1;
}

static void put_variable(FILE *out, uint32_t number)
{
	if (number < 8)
		fputc("ijklmnop"[number], out);
	else
		fprintf(out, "i%" PRIu32, number);
}

static bool whole(const struct index_span *span, uint64_t count)
{
	return span->step == 1 && span->stop - span->start == count;
}

static void put_span(FILE *out, const struct index_span *span, uint64_t count, uint32_t variable)
{
	if (needs_variable(span)) {
		put_variable(out, variable);
		fputc(':', out);
		put_variable(out, variable);
		fprintf(out, "+%" PRIu64, span->width);
	} else if (whole(span, count)) {
		fputc(':', out);
	} else if (span->stop - span->start == 1) {
		fprintf(out, "%" PRIu64, span->start);
	} else if (span->step == 1) {
		fprintf(out, "%" PRIu64 ":%" PRIu64, span->start, span->stop);
	} else {
		if (span->start)
			fprintf(out, "%" PRIu64, span->start);
		fputc(':', out);
		/* Where no further one would fit, the end is the array's. */
		if (count - span->stop >= span->step)
			fprintf(out, "%" PRIu64, span->stop);
		fprintf(out, ":%" PRIu64, span->step);
	}
}

static void put_loops(FILE *out, const struct index_span *spans, uint32_t ndim)
{
	uint32_t i, variable = 0;

	for (i = 0; i < ndim; i++) {
		if (!needs_variable(&spans[i]))
			continue;
		fputs(" for ", out);
		put_variable(out, variable++);
		fprintf(out, " in range(%" PRIu64 ", %" PRIu64 ", %" PRIu64 ")", spans[i].start,
			spans[i].stop, spans[i].step);
	}
}

/* "x" of "__main__.x"; "" where Python has no such name, or it would hide the indices. */
static void put_name(FILE *out, const char *name)
{
	static const char main_module[] = "__main__.";

	if (!strncmp(name, main_module, sizeof(main_module) - 1))
		name += sizeof(main_module) - 1;
	if (strlen(name) <= NAME_MAX_BYTES && !strpbrk(name, "<>()"))
		fputs(name, out);
}

static void put_range(FILE *out, const struct index_set *set, const struct array_desc *array,
		      uint32_t which)
{
	const struct index_span *spans = set->spans + (size_t)which * set->ndim;
	const int64_t *dims = array->shape->dims;
	uint32_t shown = set->ndim, variable = 0, i;

	while (shown && whole(&spans[shown - 1], (uint64_t)dims[shown - 1]))
		shown--;
	if (set->ndim <= SHORT_DIMS || set->ndim - shown < 2)
		shown = set->ndim;
	put_name(out, array->name);
	fputc('[', out);
	for (i = 0; i < shown; i++) {
		fputs(i ? ", " : "", out);
		put_span(out, &spans[i], (uint64_t)dims[i], variable);
		variable += needs_variable(&spans[i]);
	}
	if (shown < set->ndim)
		fprintf(out, "%s...", shown ? ", " : "");
	if (!set->ndim)
		fputs("()", out);
	fputc(']', out);
	put_loops(out, spans, set->ndim);
}

/* The stream is memory: a failed write is told by its close. */
static char *finish(FILE *out, char **text)
{
	if (!fclose(out))
		return *text;
	free(*text);
	return NULL;
}

char *index_range_text(const struct index_set *set, const struct array_desc *array, uint32_t which)
{
	char *text = NULL;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);

	if (!out)
		return NULL;
	put_range(out, set, array, which);
	return finish(out, &text);
}

char *index_set_text(const struct index_set *set, const struct array_desc *array, uint32_t limit)
{
	char count[FORMAT_COUNT_MAX], *text = NULL;
	uint32_t shown = set->kept < limit ? set->kept : limit, i;
	uint64_t more = set->ranges - shown;
	size_t bytes;
	FILE *out;

	if (!set->told || !set->ranges)
		return strdup(set->told ? "none" : "not told");
	out = open_memstream(&text, &bytes);
	if (!out)
		return NULL;
	for (i = 0; i < shown; i++) {
		fputs(i ? ", " : "", out);
		put_range(out, set, array, i);
	}
	if (more)
		fprintf(out, " and %s more range%s", format_count(more, count),
			more == 1 ? "" : "s");
	return finish(out, &text);
}
