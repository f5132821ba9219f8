/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/option_paths.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commands/usage.h"

/* The path without symbolic links; of a file that does not exist, as far as its folder does. */
static bool find_place(const char *path, char place[PATH_MAX])
{
	char folder[PATH_MAX], found[PATH_MAX];
	const char *slash = strrchr(path, '/');

	if (realpath(path, place))
		return true;
	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
		 slash ? path : ".");
	return realpath(folder, found) &&
	       snprintf(place, PATH_MAX, "%s/%s", found, slash ? slash + 1 : path) < PATH_MAX;
}

/* A device or a pipe takes what several write. */
static bool are_one_file(const char *left, const char *right)
{
	char places[2][PATH_MAX];
	struct stat a, b;

	if (!strcmp(left, "-") || !strcmp(right, "-"))
		return false;
	if (!stat(left, &a) && !stat(right, &b))
		return S_ISREG(a.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
	return find_place(left, places[0]) && find_place(right, places[1]) &&
	       !strcmp(places[0], places[1]);
}

int option_paths__check(const struct options *options, enum option_set command)
{
	const char *const written[] = { options->output, options->html, options->record };
	const size_t count = sizeof(written) / sizeof(written[0]);
	bool reads = command == OPTIONS_REPORT || command == OPTIONS_DIFF;
	char **file;
	size_t i, j;

	for (i = 0; i < count; i++) {
		for (j = i + 1; written[i] && j < count; j++) {
			if (written[j] && are_one_file(written[i], written[j]))
				return usage_error("two options write to %s", written[i]);
		}
		for (file = options->command; reads && written[i] && *file; file++) {
			if (are_one_file(written[i], *file))
				return usage_error("%s is read, and cannot be written to",
						   written[i]);
		}
	}
	return -1;
}
