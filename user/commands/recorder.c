/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/test_point.h"
#include "commands/foreign_link.h"
#include "commands/record_name.h"

#define TEMPORARIES 100

/* What is there already: 0 if a recording may take its place. */
static int check_old(const char *path)
{
	struct stat old;

	if (stat(path, &old))
		return errno == ENOENT ? 0 : -errno;
	if (S_ISDIR(old.st_mode))
		return -EISDIR;
	if (!S_ISREG(old.st_mode))
		return -ENOTSUP;
	return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) ? -errno : 0;
}

/* A link stays a link. */
static char *real_name(char *path)
{
	char *real = path ? realpath(path, NULL) : NULL;

	if (!real)
		return path;
	free(path);
	return real;
}

/* DIRECTORY/.NAME.pagewatch-PID, or with -TRY behind it, which did not exist before. */
static int try_temporary(struct recorder *recorder, const char *path, int try)
{
	const char *slash = strrchr(path, '/');
	size_t directory = slash ? (size_t)(slash + 1 - path) : 0;
	char suffix[16] = "";
	int fd, err;

	if (try)
		snprintf(suffix, sizeof(suffix), "-%d", try);
	if (asprintf(&recorder->temporary, "%.*s.%s.pagewatch-%d%s", (int)directory, path,
		     path + directory, (int)getpid(), suffix) < 0) {
		recorder->temporary = NULL;
		return -ENOMEM;
	}
	fd = open(recorder->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd >= 0) {
		close(fd);
		return 0;
	}
	err = -errno;
	free(recorder->temporary);
	recorder->temporary = NULL;
	return err;
}

/* In a container a process that was killed before may have had our pid. */
static int create_temporary(struct recorder *recorder, const char *path)
{
	int err = -EEXIST, try;

	for (try = 0; err == -EEXIST && try < TEMPORARIES; try++)
		err = try_temporary(recorder, path, try);
	return err;
}

int recorder__open(struct recorder *recorder, const char *name)
{
	const struct recording_origin origin = { recorder->host, record_name__rank() };
	char *path;
	int err;

	memset(recorder, 0, sizeof(*recorder));
	recorder->name = name;
	if (gethostname(recorder->host, sizeof(recorder->host) - 1) || strchr(recorder->host, '/'))
		strcpy(recorder->host, "localhost");
	path = record_name__fill(name, recorder->host, (uint32_t)getpid());
	err = path ? foreign_link_check(path) : -ENOMEM;
	path = real_name(path);
	if (!err)
		err = check_old(path);
	if (!err)
		err = create_temporary(recorder, path);
	free(path);
	if (!err)
		err = recording__create(recorder->temporary, &origin, &recorder->recording);
	if (!err)
		return 0;
	log_error("cannot write the recording %s: %s", name,
		  err == -ENOTSUP ? "it is not a regular file" : strerror(-err));
	recorder__close(recorder);
	return err;
}

static int give_name(struct recorder *recorder, const struct moment *moment)
{
	uint32_t pid = moment->process_count ? moment->processes[0].header.facts.pid : 0;
	bool renamed = false;
	int err;

	recorder->path = record_name__fill(recorder->name, recorder->host, pid);
	err = recorder->path ? foreign_link_check(recorder->path) : -ENOMEM;
	recorder->path = real_name(recorder->path);
	if (!err)
		err = check_old(recorder->path);
	test_point_wait("naming");
	if (!err)
		err = recording__rename(recorder->recording, recorder->path, &renamed);
	if (renamed) {
		free(recorder->temporary);
		recorder->temporary = NULL;
	}
	return err;
}

static void tell_failure(const struct recorder *recorder, int err)
{
	uint64_t count = recorder->temporary ? 0 : recording__count(recorder->recording);

	if (count && !recording__has_name(recorder->recording))
		log_error("cannot write the recording %s: another file has its name now, and its "
			  "moments are gone",
			  recorder->path);
	else if (count)
		log_error("cannot write the recording %s: %s; it has the %" PRIu64
			  " moments before",
			  recorder->path, strerror(-err), count);
	else
		log_error("cannot write the recording %s: %s", recorder->name, strerror(-err));
}

int recorder__add(struct recorder *recorder, const struct moment *moment)
{
	int err;

	if (!recorder->recording)
		return 0;
	err = recording__add(recorder->recording, moment);
	if (!err && recorder->temporary)
		err = give_name(recorder, moment);
	if (!err)
		return 0;
	tell_failure(recorder, err);
	recorder__close(recorder);
	return err;
}

void recorder__close(struct recorder *recorder)
{
	recording__free(recorder->recording);
	if (recorder->temporary)
		unlink(recorder->temporary);
	free(recorder->temporary);
	free(recorder->path);
	memset(recorder, 0, sizeof(*recorder));
}
