/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Copies and frees moments. */
#include "model/moment.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/counted.h"

void process_moment__deinit(struct process_moment *process)
{
	unsigned int i;

	counted__drop(process->header.exe);
	text_buffer__deinit(&process->header.names_missing);
	symbol_miss_list__deinit(&process->header.symbol_misses);
	free(process->header.retired);
	for (i = 0; i < MOMENT_LISTS; i++)
		counted__drop(process->lists[i]);
	memset(process, 0, sizeof(*process));
}

static int copy_misses(const struct symbol_miss_list *list, struct symbol_miss_list *ret)
{
	size_t i;

	if (array_reserve((void **)&ret->misses, &ret->capacity, list->count, sizeof(*ret->misses)))
		return -ENOMEM;
	for (i = 0; i < list->count; i++) {
		struct symbol_miss *miss = &ret->misses[ret->count];

		*miss = list->misses[i];
		miss->text = strdup(miss->text);
		if (!miss->text)
			return -ENOMEM;
		ret->count++;
	}
	return 0;
}

int process_moment__copy(const struct process_moment *process, struct process_moment *ret)
{
	const struct text_buffer *missing = &process->header.names_missing;
	unsigned int i;

	ret->header = process->header;
	ret->header.exe = counted__hold(process->header.exe);
	ret->header.retired = NULL;
	ret->header.retired_count = 0;
	ret->header.names_missing = (struct text_buffer){ 0 };
	if (missing->length)
		text_buffer__add(&ret->header.names_missing, missing->text);
	ret->header.symbol_misses = (struct symbol_miss_list){ 0 };
	for (i = 0; i < MOMENT_LISTS; i++)
		ret->lists[i] = counted__hold(process->lists[i]);
	return ret->header.names_missing.error
		       ? ret->header.names_missing.error
		       : copy_misses(&process->header.symbol_misses, &ret->header.symbol_misses);
}

void moment__deinit(struct moment *moment)
{
	size_t i;

	for (i = 0; i < moment->process_count; i++)
		process_moment__deinit(&moment->processes[i]);
	counted__drop(moment->header.checkpoint);
	free(moment->processes);
	free(moment->pool);
	memset(moment, 0, sizeof(*moment));
}

const char *moment_reason_name(enum moment_reason reason)
{
	static const char *const names[MOMENT_REASONS] = {
		[MOMENT_ASKED] = "asked", [MOMENT_INTERVAL] = "interval",
		[MOMENT_PEAK] = "peak",	  [MOMENT_CHECKPOINT] = "checkpoint",
		[MOMENT_END] = "end",	  [MOMENT_MISSED_PEAK] = "missed_peak",
	};

	return names[reason];
}

int moment__set_reason(struct moment *moment, enum moment_reason reason, const char *checkpoint)
{
	counted__drop(moment->header.checkpoint);
	moment->header.checkpoint = NULL;
	moment->header.reason = reason;
	return checkpoint ? counted__set_text(&moment->header.checkpoint, checkpoint) : 0;
}

void process_moment__miss_names(struct process_moment *process, const char *format, ...)
{
	struct text_buffer *missing = &process->header.names_missing;
	va_list args;

	if (missing->length)
		text_buffer__add(missing, "; ");
	va_start(args, format);
	text_buffer__vaddf(missing, format, args);
	va_end(args);
}

bool moment__all_exited(const struct moment *moment)
{
	size_t i;

	for (i = 0; i < moment->process_count; i++) {
		if (!moment->processes[i].header.exited)
			return false;
	}
	return true;
}
