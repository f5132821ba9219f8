/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What distinguishes a name from others: where it differs from its neighbours in sorted order. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/format.h"
#include "render/array_name.h"
#include "render/text_priv.h"

#define NAME_BYTES 1024

struct name_at {
	const char *name;
	size_t index;
};

static int compare_names(const void *left, const void *right)
{
	const struct name_at *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static size_t common_bytes(const char *a, const char *b)
{
	size_t bytes = 0;

	while (a[bytes] && a[bytes] == b[bytes])
		bytes++;
	return bytes;
}

/* The longest prefix that a name shares with a different one; equal names are handled together. */
static void tell_apart(const struct name_at *sorted, size_t count, size_t *differs)
{
	size_t first, end, i, bytes;

	for (first = 0; first < count; first = end) {
		for (end = first + 1; end < count; end++) {
			if (strcmp(sorted[end].name, sorted[first].name))
				break;
		}
		bytes = first ? common_bytes(sorted[first].name, sorted[first - 1].name) : 0;
		if (end < count && common_bytes(sorted[first].name, sorted[end].name) > bytes)
			bytes = common_bytes(sorted[first].name, sorted[end].name);
		for (i = first; i < end; i++)
			differs[sorted[i].index] = bytes;
	}
}

static void make_safe(const struct row_entry *entry, char *buffer, size_t size)
{
	if (entry->array)
		array_name_safe(&entry->array->desc, entry->name, buffer, size);
	else
		format_name(entry->name, buffer, size);
}

int text_names__init(struct text_names *ret, const struct selection *selection)
{
	struct name_at *sorted = calloc(selection->shown_count + 1, sizeof(*sorted));
	char safe[NAME_BYTES];
	int err = 0;
	size_t i;

	*ret = (struct text_names){
		.names = calloc(selection->shown_count + 1, sizeof(*ret->names)),
		.differs = calloc(selection->shown_count + 1, sizeof(*ret->differs)),
	};
	if (!sorted || !ret->names || !ret->differs)
		err = -ENOMEM;
	for (i = 0; !err && i < selection->shown_count; i++) {
		make_safe(selection->shown[i], safe, sizeof(safe));
		ret->names[i] = strdup(safe);
		if (!ret->names[i])
			err = -ENOMEM;
		ret->count = i + 1;
		sorted[i] = (struct name_at){ ret->names[i], i };
	}
	if (!err) {
		array_sort(sorted, ret->count, sizeof(*sorted), compare_names);
		tell_apart(sorted, ret->count, ret->differs);
	}
	free(sorted);
	return err;
}

void text_names__deinit(struct text_names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
	free(names->differs);
	memset(names, 0, sizeof(*names));
}
