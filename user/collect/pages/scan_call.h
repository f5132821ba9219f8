/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#ifndef COLLECT_SCAN_CALL_H
#define COLLECT_SCAN_CALL_H

#include <errno.h>

#include "collect/pages/uapi.h"

/* One PAGEMAP_SCAN. Returns the number of regions, or -errno. */
static inline int scan_call(int fd, struct uapi_pm_scan_arg *arg)
{
	int count;

	do {
		count = ioctl(fd, UAPI_PAGEMAP_SCAN, arg);
	} while (count < 0 && errno == EINTR);
	return count < 0 ? -errno : count;
}

#endif
