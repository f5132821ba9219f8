/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "engine/checkpoints.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/log.h"
#include "engine/attached.h"
#include "engine/priv.h"

int checkpoints_open(struct engine *engine)
{
	struct checkpoints *points = &engine->checkpoints;
	const int on = 1;
	int pair[2];

	points->packet = malloc(PROTOCOL_PACKET_MAX + 1);
	if (!points->packet)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -errno;
	points->fd = pair[0];
	points->theirs = pair[1];
	/* The kernel's word on who speaks: the packet's is of the program's own pid namespace. */
	if (setsockopt(points->fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) ||
	    send(points->fd, PROTOCOL_GREETING, strlen(PROTOCOL_GREETING), MSG_NOSIGNAL) < 0)
		return -errno;
	return engine_watch_fd(engine, points->fd);
}

void checkpoints_close(struct engine *engine)
{
	struct checkpoints *points = &engine->checkpoints;

	if (points->reached)
		checkpoints_answer(engine, false);
	if (points->fd >= 0)
		close(points->fd);
	if (points->theirs >= 0)
		close(points->theirs);
	points->fd = points->theirs = -1;
	free(points->packet);
	points->packet = NULL;
}

int checkpoints_inherit(const struct engine *engine)
{
	int fd = engine->checkpoints.theirs;
	char number[16];

	if (fd < 0)
		return 0;
	snprintf(number, sizeof(number), "%d", fd);
	if (fcntl(fd, F_SETFD, 0) || setenv(PROTOCOL_VARIABLE, number, 1))
		return -errno;
	return 0;
}

/* What came beside the packet: the sender, and the socket for the answer. */
static void take_control(struct msghdr *message, struct checkpoints *points)
{
	struct cmsghdr *head;
	struct ucred sender;

	for (head = CMSG_FIRSTHDR(message); head; head = CMSG_NXTHDR(message, head)) {
		if (head->cmsg_level != SOL_SOCKET)
			continue;
		if (head->cmsg_type == SCM_CREDENTIALS &&
		    head->cmsg_len == CMSG_LEN(sizeof(sender))) {
			memcpy(&sender, CMSG_DATA(head), sizeof(sender));
			points->pid = (uint32_t)sender.pid;
		} else if (head->cmsg_type == SCM_RIGHTS && points->answer < 0 &&
			   head->cmsg_len == CMSG_LEN(sizeof(int))) {
			memcpy(&points->answer, CMSG_DATA(head), sizeof(points->answer));
		}
	}
}

/* Bytes of the packet, 0 at the end of all programs that have the socket, or -errno. */
static ssize_t receive(struct checkpoints *points)
{
	union {
		char bytes[CMSG_SPACE(sizeof(struct ucred)) + CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec iov = { points->packet, PROTOCOL_PACKET_MAX + 1 };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t got;

	points->answer = -1;
	points->pid = 0;
	got = recvmsg(points->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (got < 0)
		return -errno;
	take_control(&message, points);
	return got;
}

struct reader {
	const char *at;
	size_t left;
};

static bool take(struct reader *reader, void *ret, size_t bytes)
{
	if (reader->left < bytes)
		return false;
	memcpy(ret, reader->at, bytes);
	reader->at += bytes;
	reader->left -= bytes;
	return true;
}

static bool take_name(struct reader *reader, uint64_t bytes, char name[PAGEWATCH_NAME_MAX + 1])
{
	if (!bytes || bytes > PAGEWATCH_NAME_MAX || !take(reader, name, bytes))
		return false;
	name[bytes] = '\0';
	return strlen(name) == bytes;
}

static void forget_marks(struct target *target)
{
	size_t i;

	for (i = 0; i < target->marks.count; i++)
		array_desc__deinit(&target->marks.arrays[i]);
	target->marks.count = 0;
}

void engine_forget_marks(struct target *target)
{
	forget_marks(target);
	free(target->marks.arrays);
	target->marks = (struct array_list){ 0 };
}

/* 1: taken, 0: not to be understood, or -ENOMEM. */
static int take_mark(struct reader *reader, struct target *target)
{
	struct array_desc array = { .source = ARRAY_MARK };
	char name[PAGEWATCH_NAME_MAX + 1];
	struct protocol_mark mark;

	if (!take(reader, &mark, sizeof(mark)) || !take_name(reader, mark.name_bytes, name) ||
	    !mark.bytes || __builtin_add_overflow(mark.start, mark.bytes, &array.end) ||
	    array.end > INT64_MAX)
		return 0;
	array.start = mark.start;
	if (array_reserve((void **)&target->marks.arrays, &target->marks.capacity,
			  target->marks.count + 1, sizeof(*target->marks.arrays)))
		return -ENOMEM;
	array.name = strdup(name);
	if (!array.name)
		return -ENOMEM;
	target->marks.arrays[target->marks.count++] = array;
	return 1;
}

/* 1: whole, 0: not ours, or -ENOMEM. */
static int parse(struct engine *engine, size_t bytes, struct target *target)
{
	struct checkpoints *points = &engine->checkpoints;
	struct reader reader = { points->packet, bytes };
	struct protocol_checkpoint head;
	uint32_t i;
	int taken = 1;

	if (!take(&reader, &head, sizeof(head)) || head.mark_count > PAGEWATCH_MARKS_MAX ||
	    !take_name(&reader, head.name_bytes, points->name))
		return 0;
	forget_marks(target);
	for (i = 0; taken > 0 && i < head.mark_count; i++)
		taken = take_mark(&reader, target);
	return taken > 0 && reader.left ? 0 : taken;
}

static void end_socket(struct engine *engine)
{
	close(engine->checkpoints.fd);
	engine->checkpoints.fd = -1;
}

/* Without faults nobody tells of a fork: a child that is to be followed may be new to us. */
static struct target *find_sender(struct engine *engine)
{
	uint32_t pid = engine->checkpoints.pid;
	struct target *target = engine_find_pid(engine, pid);

	if (!target && pid && engine->options.follow_children && !engine->faults &&
	    target__new(engine, pid, NO_SLOT, &target))
		target = NULL;
	return target;
}

int checkpoints_read(struct engine *engine)
{
	struct checkpoints *points = &engine->checkpoints;
	struct target *target;
	ssize_t got;
	int err;

	if (points->reached || points->fd < 0)
		return 0;
	got = receive(points);
	/* The last one ended without taking the greeting: what it has sent is still to come. */
	if (got == -ECONNRESET || got == -EAGAIN || got == -EINTR)
		return 0;
	/* An empty packet has a sender, the end has none. */
	if (got < 0 || (!got && !points->pid)) {
		end_socket(engine);
		return (int)got;
	}
	target = find_sender(engine);
	err = target && points->answer >= 0 ? parse(engine, (size_t)got, target) : 0;
	points->reached = err > 0;
	if (!points->reached && points->answer >= 0)
		close(points->answer);
	if (!err)
		log_info("a checkpoint of process %u is let go", points->pid);
	return err < 0 ? err : 0;
}

void checkpoints_answer(struct engine *engine, bool taken)
{
	struct checkpoints *points = &engine->checkpoints;

	if (!points->reached)
		return;
	points->reached = false;
	if (points->tid) {
		attached_answer(engine);
		return;
	}
	if (taken && send(points->answer, &(char){ PROTOCOL_TAKEN }, 1, MSG_NOSIGNAL) < 0)
		log_info("process %u did not wait at its checkpoint", points->pid);
	close(points->answer);
}
