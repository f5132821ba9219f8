/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Index ranges in Python's spelling. */
#include <inttypes.h>
#include <string.h>

#include "base/format.h"
#include "base/text.h"
#include "model/index/index_set.h"

#define NAME_MAX_BYTES 32u
#define SHORT_DIMS 3u

/* Blocks wider than one index cannot be written as a slice: each such dimension gets a variable. */
static bool needs_variable(const struct index_span *span)
{
	return span->width > 1;
}

static void put_variable(struct text_buffer *text, uint32_t number)
{
	if (number < 8)
		text_buffer__add_bytes(text, &"ijklmnop"[number], 1);
	else
		text_buffer__addf(text, "i%" PRIu32, number);
}

static bool is_whole(const struct index_span *span, uint64_t count)
{
	return span->step == 1 && span->stop - span->start == count;
}

static void put_span(struct text_buffer *text, const struct index_span *span, uint64_t count,
		     uint32_t variable)
{
	if (needs_variable(span)) {
		put_variable(text, variable);
		text_buffer__add(text, ":");
		put_variable(text, variable);
		text_buffer__addf(text, "+%" PRIu64, span->width);
	} else if (is_whole(span, count)) {
		text_buffer__add(text, ":");
	} else if (span->stop - span->start == 1) {
		text_buffer__addf(text, "%" PRIu64, span->start);
	} else if (span->step == 1) {
		text_buffer__addf(text, "%" PRIu64 ":%" PRIu64, span->start, span->stop);
	} else {
		if (span->start)
			text_buffer__addf(text, "%" PRIu64, span->start);
		text_buffer__add(text, ":");
		/* If no further block would fit, the end is the array's. */
		if (count - span->stop >= span->step)
			text_buffer__addf(text, "%" PRIu64, span->stop);
		text_buffer__addf(text, ":%" PRIu64, span->step);
	}
}

static void put_loops(struct text_buffer *text, const struct index_span *spans, uint32_t ndim)
{
	uint32_t i, variable = 0;

	for (i = 0; i < ndim; i++) {
		if (!needs_variable(&spans[i]))
			continue;
		text_buffer__add(text, " for ");
		put_variable(text, variable++);
		text_buffer__addf(text, " in range(%" PRIu64 ", %" PRIu64 ", %" PRIu64 ")",
				  spans[i].start, spans[i].stop, spans[i].step);
	}
}

/* "x" for "__main__.x"; "" if Python has no such name, or it would hide the indices. */
static void put_name(struct text_buffer *text, const char *name)
{
	static const char main_module[] = "__main__.";

	if (!strncmp(name, main_module, sizeof(main_module) - 1))
		name += sizeof(main_module) - 1;
	if (strlen(name) <= NAME_MAX_BYTES && !strpbrk(name, "<>()"))
		text_buffer__add(text, name);
}

static void put_range(struct text_buffer *text, const struct index_set *set,
		      const struct array_desc *array, uint32_t which)
{
	const struct index_span *spans = set->spans + (size_t)which * set->ndim;
	const int64_t *dims = array->shape->dims;
	uint32_t shown = set->ndim, variable = 0, i;

	while (shown && is_whole(&spans[shown - 1], (uint64_t)dims[shown - 1]))
		shown--;
	if (set->ndim <= SHORT_DIMS || set->ndim - shown < 2)
		shown = set->ndim;
	put_name(text, array->name);
	text_buffer__add(text, "[");
	for (i = 0; i < shown; i++) {
		text_buffer__add(text, i ? ", " : "");
		put_span(text, &spans[i], (uint64_t)dims[i], variable);
		variable += needs_variable(&spans[i]);
	}
	if (shown < set->ndim)
		text_buffer__addf(text, "%s...", shown ? ", " : "");
	if (!set->ndim)
		text_buffer__add(text, "()");
	text_buffer__add(text, "]");
	put_loops(text, spans, set->ndim);
}

char *index_range_text(const struct index_set *set, const struct array_desc *array, uint32_t which)
{
	struct text_buffer text = { 0 };
	char *words;

	put_range(&text, set, array, which);
	return text_buffer__take(&text, &words) ? NULL : words;
}

char *index_set_text(const struct index_set *set, const struct array_desc *array, uint32_t limit)
{
	uint32_t shown = set->kept < limit ? set->kept : limit, i;
	uint64_t more = set->ranges - shown;
	struct text_buffer text = { 0 };
	char count[FORMAT_COUNT_MAX], *words;

	if (!set->told || !set->ranges)
		return strdup(set->told ? "none" : "not told");
	for (i = 0; i < shown; i++) {
		text_buffer__add(&text, i ? ", " : "");
		put_range(&text, set, array, i);
	}
	if (more)
		text_buffer__addf(&text, " and %s more range%s", format_count(more, count),
				  more == 1 ? "" : "s");
	return text_buffer__take(&text, &words) ? NULL : words;
}
