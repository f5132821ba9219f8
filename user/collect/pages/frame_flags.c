/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/pages/frame_flags.h"

#include <errno.h>
#include <unistd.h>

int frame_flags_open(const struct proc *proc)
{
	return proc__open_file(proc, "../kpageflags");
}

int frame_flags_read(int fd, uint64_t frame, uint64_t *ret)
{
	ssize_t got = pread(fd, ret, sizeof(*ret), (off_t)(frame * sizeof(*ret)));

	if (got < 0)
		return -errno;
	return got == sizeof(*ret) ? 0 : -EIO;
}
