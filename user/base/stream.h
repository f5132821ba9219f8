/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Writing to a pipe or terminal that may not be read. Waits for the reader, but not after a signal
 * that asks us to end.
 */
#ifndef BASE_STREAM_H
#define BASE_STREAM_H

#include <stddef.h>

/*
 * Writes count bytes, whole lines of up to PIPE_BUF bytes in one write. 0 or -errno. -EINTR: the
 * reader does not read, and SIGINT, SIGTERM or SIGHUP, which are blocked here, is pending. The
 * signal stays pending; a signal that is not blocked acts as usual.
 */
int stream_write(int fd, const void *bytes, size_t count);

#endif
