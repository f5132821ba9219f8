/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the loop waits for. */
#include <errno.h>
#include <sys/epoll.h>

#include "engine/priv.h"

int engine_watch_fd(struct engine *engine, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(engine->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}
