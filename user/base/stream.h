/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Writing to whoever may not read: a pipe, a terminal. Waits for the reader, but not past a
 * signal that is to end us.
 */
#ifndef BASE_STREAM_H
#define BASE_STREAM_H

#include <stddef.h>

/*
 * Writes count bytes, whole lines of up to PIPE_BUF bytes in one piece. 0 or -errno; -EINTR:
 * the reader stands still, and SIGINT, SIGTERM or SIGHUP, blocked here, is pending. The signal
 * stays pending; one that is not blocked does what it does.
 */
int stream_write(int fd, const void *bytes, size_t count);

#endif
