/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/option_paths.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "commands/documents.h"
#include "commands/usage.h"

#define WRITTEN_MAX (2 + DOCUMENTS_MAX)

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

/* Files that the command writes. Returns how many. */
static size_t list_written(const struct options *options, const char *written[WRITTEN_MAX])
{
	size_t count = 0;

	if (options->output)
		written[count++] = options->output;
	count += documents_paths(options, written + count);
	if (options->record)
		written[count++] = options->record;
	return count;
}

int option_paths__check(const struct options *options, enum option_set command)
{
	bool reads = command == OPTIONS_REPORT || command == OPTIONS_DIFF ||
		     command == OPTIONS_FILE;
	const char *written[WRITTEN_MAX];
	size_t count = list_written(options, written), i, j;
	char **file;

	for (i = 0; i < count; i++) {
		for (j = i + 1; j < count; j++) {
			if (are_one_file(written[i], written[j]))
				return usage_error("two options write to %s", written[i]);
		}
		for (file = options->command; reads && *file; file++) {
			if (are_one_file(written[i], *file))
				return usage_error("%s is read, and cannot be written to",
						   written[i]);
		}
	}
	return -1;
}
