/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Phases in which a test can stop us. */
#include "base/test_point.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/parse.h"

#define VARIABLE "PAGEWATCH_TEST_POINTS"
#define HIDES "PAGEWATCH_TEST_HIDES"
#define LIMITS "PAGEWATCH_TEST_LIMITS"

/*
 * Static, because phases are all over the engine, and passing a handle through every call for tests
 * alone would be worse. Set once, before any thread exists.
 */
static struct {
	int out;
	int in;
	char hidden[256];
	char limits[256];
} points = { -1, -1, "", "" };

/*
 * A pipe made by root or by our own user (pipe(2) gives it the uid of its maker). So a user with
 * fewer rights, who keeps his environment through sudo, cannot stop us. The command that we launch
 * does not inherit it.
 */
static int point_fd(const char *text)
{
	struct stat status;
	uint64_t fd;

	if (parse_u64(text, 0, INT_MAX, &fd))
		return -1;
	if (fstat((int)fd, &status) || !S_ISFIFO(status.st_mode) ||
	    (status.st_uid && status.st_uid != geteuid()))
		return -1;
	if (fcntl((int)fd, F_SETFD, FD_CLOEXEC))
		return -1;
	return (int)fd;
}

void test_point_init(void)
{
	/* secure_getenv gives NULL to a program that is setuid or has file capabilities. */
	const char *value = secure_getenv(VARIABLE), *hidden = secure_getenv(HIDES);
	const char *limits = secure_getenv(LIMITS);
	char *out = value ? strdup(value) : NULL;
	char *comma = out ? strchr(out, ',') : NULL;

	snprintf(points.hidden, sizeof(points.hidden), "%s", hidden ? hidden : "");
	snprintf(points.limits, sizeof(points.limits), "%s", limits ? limits : "");
	unsetenv(VARIABLE);
	unsetenv(HIDES);
	unsetenv(LIMITS);
	if (comma) {
		*comma = '\0';
		points.out = point_fd(out);
		points.in = point_fd(comma + 1);
	}
	free(out);
	if (points.out < 0 || points.in < 0)
		points.out = points.in = -1;
}

static int write_all(int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t done = write(fd, text, size);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		text += done;
		size -= (size_t)done;
	}
	return 0;
}

void test_point_wait(const char *phase)
{
	ssize_t got = 0;
	char byte;

	if (points.out < 0)
		return;
	if (!write_all(points.out, phase, strlen(phase)) && !write_all(points.out, "\n", 1)) {
		do {
			got = read(points.in, &byte, 1);
		} while (got < 0 && errno == EINTR);
	}
	if (got != 1)
		points.out = points.in = -1;
}

/* Behind the word of a list that is separated by commas; NULL: it is not there. */
static const char *behind_word(const char *list, const char *word, char end)
{
	size_t length = strlen(word);

	while (*list) {
		if (!strncmp(list, word, length) &&
		    (list[length] == end || (!list[length] && end == ',')))
			return list + length;
		list += strcspn(list, ",");
		list += *list == ',';
	}
	return NULL;
}

bool test_point_hides(const char *feature)
{
	return behind_word(points.hidden, feature, ',');
}

uint32_t test_point_limit(const char *name, uint32_t standard)
{
	const char *found = behind_word(points.limits, name, '=');
	unsigned long value = found ? strtoul(found + 1, NULL, 10) : 0;

	return value && value < standard ? (uint32_t)value : standard;
}
