/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/record_name.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "commands/usage.h"

const char *record_name__rank(void)
{
	/* Open MPI, PMIx, PMI (MPICH, Intel MPI), Slurm. */
	static const char *const variables[] = { "OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK",
						 "SLURM_PROCID" };
	size_t i;

	for (i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		const char *rank = getenv(variables[i]);

		/* It becomes part of a path. */
		if (rank && *rank && strspn(rank, "0123456789") == strlen(rank))
			return rank;
	}
	return NULL;
}

int record_name__check(const char *typed, const char *name)
{
	const char *last = strrchr(name, '/'), *percent = name;

	last = last ? last + 1 : name;
	if (!*last || !strcmp(name, "-"))
		return usage_error("%s '%s': a recording needs the name of a file", typed, name);
	while ((percent = strchr(percent, '%'))) {
		if (!percent[1] || !strchr("phr%", percent[1]))
			return usage_error("%s '%s': %% must be followed by p, h, r or %%", typed,
					   name);
		if (percent < last && percent[1] == 'p')
			return usage_error("%s '%s': %%p can only be in the last part", typed,
					   name);
		percent += 2;
	}
	return -1;
}

char *record_name__fill(const char *name, const char *host, uint32_t pid)
{
	const char *rank = record_name__rank();
	struct text_buffer text = { 0 };
	char *filled;

	for (; *name; name++) {
		if (*name != '%') {
			text_buffer__add_bytes(&text, name, 1);
			continue;
		}
		name++;
		if (*name == 'p')
			text_buffer__addf(&text, "%u", pid);
		else if (*name == 'h')
			text_buffer__add(&text, host);
		else
			text_buffer__add(&text, *name == 'r' ? (rank ? rank : "0") : "%");
	}
	return text_buffer__take(&text, &filled) ? NULL : filled;
}
