/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Checkpoints: telling a watcher, if there is one, and waiting for its snapshot. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/parse.h"
#include "lib/marks.h"
#include "lib/pagewatch.h"
#include "lib/probes.h"
#include "lib/protocol.h"

/* Set once, before main(): later, a setenv() of another thread could race with us. */
static int watcher = -1;

static __attribute__((constructor)) void read_environment(void)
{
	const char *text = secure_getenv(PROTOCOL_VARIABLE);
	uint64_t number;

	if (text && !parse_u64(text, 0, INT_MAX, &number))
		watcher = (int)number;
}

/* Is the descriptor still the socket we inherited? Peeking consumes nothing. */
static bool is_watcher(int fd)
{
	char greeting[sizeof(PROTOCOL_GREETING)];
	socklen_t length = sizeof(int);
	ssize_t got;
	int type;

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) || type != SOCK_SEQPACKET)
		return false;
	got = recv(fd, greeting, sizeof(greeting), MSG_PEEK | MSG_DONTWAIT);
	return got == sizeof(greeting) - 1 && !memcmp(greeting, PROTOCOL_GREETING, (size_t)got);
}

/* Sends one packet and a descriptor. 0 or -errno. */
static int send_packet(int fd, const char *packet, size_t bytes, int pass)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { .bytes = { 0 } };
	struct iovec iov = { .iov_base = (void *)packet, .iov_len = bytes };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	struct pollfd room = { .fd = fd, .events = POLLOUT };

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &pass, sizeof(pass));
	while (sendmsg(fd, &message, MSG_NOSIGNAL) < 0) {
		/* Another program may have made the shared socket non-blocking. */
		if (errno == EAGAIN)
			poll(&room, 1, -1);
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}

/* 1: the snapshot was taken; 0: the watcher ended or released us. */
static int wait_for_answer(int answer)
{
	struct pollfd fds[] = { { .fd = answer, .events = POLLIN },
				{ .fd = watcher, .events = 0 } };
	char byte = 0;
	ssize_t got;

	for (;;) {
		if (poll(fds, 2, -1) < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		if (fds[0].revents) {
			do {
				got = recv(answer, &byte, 1, 0);
			} while (got < 0 && errno == EINTR);
			return got == 1 && byte == PROTOCOL_TAKEN;
		}
		/*
		 * A forked child may hold a copy of the other end, so this is how we notice that it
		 * was closed.
		 */
		if (fds[1].revents)
			return 0;
	}
}

static int tell_watcher(const char *name, size_t name_bytes)
{
	struct protocol_checkpoint head = {
		.pid = (uint32_t)getpid(),
		.tid = (uint32_t)syscall(SYS_gettid),
		.name_bytes = (uint32_t)name_bytes,
	};
	char *packet = malloc(PROTOCOL_PACKET_MAX);
	size_t used = sizeof(head) + name_bytes;
	int pair[2];
	int err;

	if (!packet)
		return -ENOMEM;
	memcpy(packet + sizeof(head), name, name_bytes);
	head.mark_count = marks_write(packet, &used);
	memcpy(packet, &head, sizeof(head));
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
		err = -errno;
		free(packet);
		return err;
	}
	err = send_packet(watcher, packet, used, pair[1]);
	free(packet);
	close(pair[1]);
	if (!err)
		err = wait_for_answer(pair[0]);
	else if (err == -EPIPE || err == -ECONNRESET)
		err = 0;
	close(pair[0]);
	return err;
}

int pagewatch_checkpoint(const char *name)
{
	int saved_errno = errno;
	int err, cancel;
	size_t bytes;

	err = mark_name_check(name, &bytes);
	if (err)
		return err;
	PROBE_CHECKPOINT(name);
	if (watcher < 0)
		return 0;
	/* A cancelled thread would leave descriptors behind. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	if (is_watcher(watcher))
		err = tell_watcher(name, bytes);
	pthread_setcancelstate(cancel, NULL);
	errno = saved_errno;
	return err;
}
