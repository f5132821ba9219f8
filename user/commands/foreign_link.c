/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/foreign_link.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel (MAXSYMLINKS) */

/* The folder that has the last part of path: "." for a name alone. malloc'd, or NULL. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = NULL;

	if (asprintf(&folder, "%.*s.", slash ? (int)(slash + 1 - path) : 0, path) < 0)
		return NULL;
	return folder;
}

static bool is_everybodys(const char *path, struct stat *folder)
{
	char *name = folder_of(path);
	bool is = name && !stat(name, folder) && folder->st_mode & S_ISVTX &&
		  folder->st_mode & S_IWOTH;

	free(name);
	return is;
}

static bool is_foreign(const char *path, const struct stat *link)
{
	struct stat folder;

	return is_everybodys(path, &folder) && link->st_uid != geteuid() &&
	       link->st_uid != folder.st_uid;
}

static int check_parts(const char *path, int links);

static int check_target(const char *path, int links)
{
	char target[PATH_MAX], *folder, *whole = NULL;
	ssize_t length = readlink(path, target, sizeof(target) - 1);
	int err = 0;

	if (length < 0 || !links)
		return 0;
	target[length] = '\0';
	folder = folder_of(path);
	if (!folder || asprintf(&whole, "%s/%s", *target == '/' ? "" : folder, target) < 0)
		err = -ENOMEM;
	if (!err)
		err = check_parts(whole, links - 1);
	free(folder);
	free(whole);
	return err;
}

/* Whatever does not exist, the open will say so. */
static int check_part(const char *path, int links)
{
	struct stat stat;

	if (lstat(path, &stat) || !S_ISLNK(stat.st_mode))
		return 0;
	return is_foreign(path, &stat) ? -EACCES : check_target(path, links);
}

static int check_parts(const char *path, int links)
{
	char *parts = strdup(path);
	int err = parts ? 0 : -ENOMEM;
	char *at;

	for (at = parts; !err && at && *at; at++) {
		if (*at != '/' || at == parts || at[-1] == '/')
			continue;
		*at = '\0';
		err = check_part(parts, links);
		*at = '/';
	}
	if (!err)
		err = check_part(parts, links);
	free(parts);
	return err;
}

int foreign_link_check(const char *path)
{
	return check_parts(path, LINKS_MAX);
}

int foreign_link_flags(const char *path)
{
	struct stat stat, folder;
	bool is_link = !lstat(path, &stat) && S_ISLNK(stat.st_mode);

	if (is_link)
		return is_foreign(path, &stat) ? O_NOFOLLOW : 0;
	return is_everybodys(path, &folder) ? O_NOFOLLOW : 0;
}
