/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/pages/file_extents.h"

#include <errno.h>
#include <unistd.h>

#define EXTENTS_MAX 1000000u

int file_extents_each(int fd, uint64_t file_bytes, file_extent_visit *visit, void *ctx)
{
	uint64_t at = 0;
	size_t i;

	for (i = 0; i < EXTENTS_MAX && at < file_bytes; i++) {
		off_t start = lseek(fd, (off_t)at, SEEK_DATA), end;

		/* Behind the last data. */
		if (start < 0 && errno == ENXIO)
			return 0;
		if (start < 0)
			return -errno;
		end = lseek(fd, start, SEEK_HOLE);
		if (end < 0)
			return errno == ENXIO ? 0 : -errno;
		if (end <= start)
			return -EIO;
		visit(ctx, (uint64_t)start, (uint64_t)end);
		at = (uint64_t)end;
	}
	return at < file_bytes ? -ETIME : 0;
}
