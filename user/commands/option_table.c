/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/option_table.h"

#include <string.h>

const struct option_group *const option_groups[] = {
	&option_rows_group,
	&option_watching_group,
	&option_checking_group,
	&option_output_group,
	NULL,
};

const struct option_row *option_at(size_t index)
{
	size_t i;

	for (i = 0; option_groups[i]; i++) {
		if (index < option_groups[i]->count)
			return &option_groups[i]->rows[index];
		index -= option_groups[i]->count;
	}
	return NULL;
}

const struct option_row *option_named(const char *name)
{
	const struct option_row *row;
	size_t i;

	for (i = 0; (row = option_at(i)); i++) {
		if (!strcmp(row->name, name))
			return row;
	}
	return NULL;
}
