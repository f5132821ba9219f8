/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/late.h"

static int late_tell_one(struct process_moment *process, const char *why)
{
	struct text_buffer others = process->header.names_missing;

	process->header.names_missing = (struct text_buffer){ 0 };
	process_moment__miss_names(process, "%s", why);
	if (others.length)
		process_moment__miss_names(process, "%s", others.text);
	text_buffer__deinit(&others);
	return process->header.names_missing.error;
}

int late_tell(struct moment *moment, const char *why, bool everywhere)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && why && i < moment->process_count; i++) {
		if (everywhere || moment->processes[i].header.names_missing.length)
			err = late_tell_one(&moment->processes[i], why);
	}
	return err;
}
