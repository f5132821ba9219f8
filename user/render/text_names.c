/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The names of rows, made safe, and what tells them apart. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/names_apart.h"
#include "render/array_name.h"
#include "render/text_priv.h"

#define NAME_BYTES 1024

static void make_safe(const struct row_entry *entry, char *buffer, size_t size)
{
	if (entry->array)
		array_name_safe(&entry->array->desc, entry->name, buffer, size);
	else
		format_name(entry->name, buffer, size);
}

int text_names__init(struct text_names *ret, const struct selection *selection)
{
	char safe[NAME_BYTES];
	int err = 0;
	size_t i;

	*ret = (struct text_names){
		.names = calloc(selection->shown_count + 1, sizeof(*ret->names)),
		.differs = calloc(selection->shown_count + 1, sizeof(*ret->differs)),
	};
	if (!ret->names || !ret->differs)
		err = -ENOMEM;
	for (i = 0; !err && i < selection->shown_count; i++) {
		make_safe(selection->shown[i], safe, sizeof(safe));
		ret->names[i] = strdup(safe);
		if (!ret->names[i])
			err = -ENOMEM;
		ret->count = i + 1;
	}
	if (!err)
		err = names_apart((const char *const *)ret->names, ret->count, ret->differs);
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
