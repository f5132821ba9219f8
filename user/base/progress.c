/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "base/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/test_point.h"

#define SILENT_MS 1000u
#define REDRAW_NS 100000000u
#define ERASE "\r\033[K"
#define LINE_MAX_BYTES 80u

/*
 * Static, like the level of the log: what takes long is deep in every folder, and there is one
 * terminal.
 */
static struct {
	int fd; /* the terminal, apart from stderr: a write to it does not block; -1: none */
	bool waits;
	bool below; /* the first line begins a new one */
	bool apart; /* it has done so */
	bool drawn;
	uint64_t begin_ns;
	uint64_t due_ns; /* the next line */
	const char *what;
	uint64_t done;
	uint64_t steps;
	char words[LINE_MAX_BYTES]; /* on the terminal, if they are drawn */
} progress = { .fd = -1 };

/* It is read at every step; some milliseconds do not matter. */
static uint64_t coarse_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void progress_allow(void)
{
	const char *term = getenv("TERM");
	char name[32];

	if (progress.fd >= 0 || isatty(STDERR_FILENO) != 1 || !term || !strcmp(term, "dumb"))
		return;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", STDERR_FILENO);
	progress.fd = capability_open(AT_FDCWD, name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

void progress_begin(void)
{
	if (progress.fd < 0)
		return;
	progress.waits = true;
	progress.what = NULL;
	progress.begin_ns = coarse_now_ns();
	progress.due_ns =
		progress.begin_ns + test_point_limit("progress", SILENT_MS) * UINT64_C(1000000);
}

void progress_begin_below(void)
{
	progress_begin();
	progress.below = !progress.apart;
}

void progress_stage(const char *what, uint64_t steps)
{
	progress.what = what;
	progress.done = 0;
	progress.steps = steps;
	progress_step(0);
}

/* A job in the background does not write over what the shell shows. */
static bool is_foreground(void)
{
	pid_t group = tcgetpgrp(progress.fd);

	return group < 0 || group == getpgrp();
}

/* Not in the last column, where some terminals wrap. */
static size_t columns_free(void)
{
	struct winsize size;

	if (ioctl(progress.fd, TIOCGWINSZ, &size) || !size.ws_col || size.ws_col > LINE_MAX_BYTES)
		return LINE_MAX_BYTES - 1;
	return size.ws_col - 1u;
}

/* In percent. A mapping that grows meanwhile has more steps than were thought. */
static int part_done(void)
{
	if (progress.done >= progress.steps)
		return 100;
	return (int)(100.0 * (double)progress.done / (double)progress.steps);
}

static void draw_progress(uint64_t now_ns)
{
	uint64_t seconds = (now_ns - progress.begin_ns) / 1000000000u;
	char part[16], words[LINE_MAX_BYTES], line[1 + sizeof(ERASE) + LINE_MAX_BYTES];
	int length;

	snprintf(part, sizeof(part), " %d %%", part_done());
	snprintf(words, sizeof(words), "pagewatch: %s%s (%" PRIu64 " s)", progress.what,
		 progress.steps ? part : "", seconds);
	length = snprintf(line, sizeof(line), "%s%.*s", progress.below ? "\n" : ERASE,
			  (int)columns_free(), words);
	/* A terminal that takes nothing now gets nothing. */
	if ((!progress.drawn || strcmp(words, progress.words)) && is_foreground() &&
	    write(progress.fd, line, (size_t)length) > 0) {
		memcpy(progress.words, words, sizeof(words));
		progress.drawn = true;
		progress.apart |= progress.below;
		progress.below = false;
	}
	progress.due_ns = now_ns + REDRAW_NS;
}

void progress_step(uint64_t steps)
{
	uint64_t now_ns;
	int saved;

	progress.done += steps;
	if (!progress.waits || !progress.what)
		return;
	now_ns = coarse_now_ns();
	if (now_ns < progress.due_ns)
		return;
	saved = errno;
	draw_progress(now_ns);
	errno = saved;
}

void progress_erase(void)
{
	int saved = errno;

	if (progress.drawn && is_foreground() && write(progress.fd, ERASE, strlen(ERASE)) > 0)
		progress.drawn = false;
	errno = saved;
}

void progress_end(void)
{
	progress_erase();
	progress.waits = false;
}
