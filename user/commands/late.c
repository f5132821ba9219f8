/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/late.h"

#include <string.h>

static void late_tell_one(struct process_moment *process, const char *why)
{
	char others[NAMES_MISSING_MAX];

	memcpy(others, process->header.names_missing, sizeof(others));
	*process->header.names_missing = '\0';
	process_moment__miss_names(process, "%s", why);
	if (*others)
		process_moment__miss_names(process, "%s", others);
}

void late_tell(struct moment *moment, const char *why, bool everywhere)
{
	size_t i;

	for (i = 0; why && i < moment->process_count; i++) {
		if (everywhere || *moment->processes[i].header.names_missing)
			late_tell_one(&moment->processes[i], why);
	}
}
