/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "base/stream.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

/* 0: there is room, or an error that a write will report. */
static int wait_for_room(int fd)
{
	struct pollfd polled[2] = { { .fd = fd, .events = POLLOUT }, { .events = POLLIN } };
	sigset_t ends;
	int ready, err = 0;

	if (poll(polled, 1, 0) > 0)
		return 0;
	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	/* If signalfd fails, it waits for the reader only: poll skips a negative descriptor. */
	polled[1].fd = signalfd(-1, &ends, SFD_CLOEXEC);
	do {
		ready = poll(polled, 2, -1);
	} while (ready < 0 && errno == EINTR);
	if (ready < 0)
		err = -errno;
	else if (!polled[0].revents)
		err = -EINTR;
	if (polled[1].fd >= 0)
		close(polled[1].fd);
	return err;
}

/* A pipe with room takes PIPE_BUF bytes without blocking; a file never blocks. */
static size_t piece_of(int fd, size_t count)
{
	struct stat stat;

	if (count <= PIPE_BUF || (!fstat(fd, &stat) && S_ISREG(stat.st_mode)))
		return count;
	return PIPE_BUF;
}

int stream_write(int fd, const void *bytes, size_t count)
{
	const char *from = bytes;
	size_t done = 0;

	while (done < count) {
		int err = wait_for_room(fd);
		ssize_t got;

		if (err)
			return err;
		got = write(fd, from + done, piece_of(fd, count - done));
		if (got >= 0)
			done += (size_t)got;
		else if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	return 0;
}
