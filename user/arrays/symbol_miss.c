/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A growing list. */
#include "arrays/symbol_miss.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"

static int add_miss(struct symbol_miss_list *list, size_t spec, const char *text,
		    const char *reason)
{
	struct symbol_miss *miss;

	if (array_reserve((void **)&list->misses, &list->capacity, list->count + 1,
			  sizeof(*list->misses)))
		return -ENOMEM;
	miss = &list->misses[list->count];
	miss->spec = spec;
	miss->text = strdup(text);
	if (!miss->text)
		return -ENOMEM;
	snprintf(miss->reason, sizeof(miss->reason), "%s", reason);
	list->count++;
	return 0;
}

int symbol_miss(struct symbol_miss_list *misses, const struct symbol_list *symbols, size_t spec,
		const char *format, ...)
{
	char reason[sizeof(misses->misses->reason)];
	va_list args;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	return add_miss(misses, spec, symbols->specs[spec].text, reason);
}

int symbol_misses_copy(struct symbol_miss_list *ret, const struct symbol_miss_list *misses)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && i < misses->count; i++)
		err = add_miss(ret, misses->misses[i].spec, misses->misses[i].text,
			       misses->misses[i].reason);
	return err;
}
