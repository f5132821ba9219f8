/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/checkpoints.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/log.h"
#include "lib/protocol.h"

struct checkpoints {
	int fd;	      /* ours; -1: none */
	int theirs;   /* until the command has it */
	bool reached; /* one is pending: its process waits for the answer */
	int answer;   /* socket for the answer, if its process sent one */
	pid_t pid;
	char name[PAGEWATCH_NAME_MAX + 1]; /* untrusted */
	struct array_list marks;
	char packet[PROTOCOL_PACKET_MAX + 1];
};

int checkpoints__new(struct checkpoints **ret)
{
	struct checkpoints *points = calloc(1, sizeof(*points));
	const int on = 1;
	int pair[2], err;

	if (!points)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		err = -errno;
		free(points);
		return err;
	}
	points->fd = pair[0];
	points->theirs = pair[1];
	/*
	 * The sender according to the kernel: the pid in the packet is of the program's own pid
	 * namespace.
	 */
	if (setsockopt(points->fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) ||
	    send(points->fd, PROTOCOL_GREETING, strlen(PROTOCOL_GREETING), MSG_NOSIGNAL) < 0) {
		err = -errno;
		checkpoints__free(points);
		return err;
	}
	*ret = points;
	return 0;
}

static void checkpoints_forget_marks(struct checkpoints *points)
{
	size_t i;

	for (i = 0; i < points->marks.count; i++)
		array_desc__deinit(&points->marks.arrays[i]);
	free(points->marks.arrays);
	points->marks = (struct array_list){ 0 };
}

void checkpoints__free(struct checkpoints *points)
{
	if (!points)
		return;
	checkpoints__answer(points, false);
	checkpoints_forget_marks(points);
	if (points->fd >= 0)
		close(points->fd);
	if (points->theirs >= 0)
		close(points->theirs);
	free(points);
}

int checkpoints__fd(const struct checkpoints *points)
{
	return points->fd;
}

int checkpoints__inherit(const struct checkpoints *points)
{
	char number[16];

	snprintf(number, sizeof(number), "%d", points->theirs);
	if (fcntl(points->theirs, F_SETFD, 0) || setenv(PROTOCOL_VARIABLE, number, 1))
		return -errno;
	return 0;
}

void checkpoints__inherited(struct checkpoints *points)
{
	close(points->theirs);
	points->theirs = -1;
}

/* What came with the packet: the sender, and the socket for the answer. */
static void checkpoints_take_control(struct msghdr *message, struct checkpoints *points)
{
	struct cmsghdr *head;
	struct ucred sender;

	for (head = CMSG_FIRSTHDR(message); head; head = CMSG_NXTHDR(message, head)) {
		if (head->cmsg_level != SOL_SOCKET)
			continue;
		if (head->cmsg_type == SCM_CREDENTIALS &&
		    head->cmsg_len == CMSG_LEN(sizeof(sender))) {
			memcpy(&sender, CMSG_DATA(head), sizeof(sender));
			points->pid = sender.pid;
		} else if (head->cmsg_type == SCM_RIGHTS && points->answer < 0 &&
			   head->cmsg_len == CMSG_LEN(sizeof(int))) {
			memcpy(&points->answer, CMSG_DATA(head), sizeof(points->answer));
		}
	}
}

/* Bytes of the packet; 0 when all programs with the socket have ended; or -errno. */
static ssize_t checkpoints_receive(struct checkpoints *points)
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
	checkpoints_take_control(&message, points);
	return got;
}

struct packet_reader {
	const char *at;
	size_t left;
};

static bool packet_reader_take(struct packet_reader *reader, void *ret, size_t bytes)
{
	if (reader->left < bytes)
		return false;
	memcpy(ret, reader->at, bytes);
	reader->at += bytes;
	reader->left -= bytes;
	return true;
}

static bool packet_reader_take_name(struct packet_reader *reader, uint64_t bytes,
				    char name[PAGEWATCH_NAME_MAX + 1])
{
	if (!bytes || bytes > PAGEWATCH_NAME_MAX || !packet_reader_take(reader, name, bytes))
		return false;
	name[bytes] = '\0';
	return strlen(name) == bytes;
}

/* 1: taken, 0: invalid, or -ENOMEM. */
static int checkpoints_take_mark(struct checkpoints *points, struct packet_reader *reader)
{
	struct array_desc array = { .source = ARRAY_MARK, .asked_for = true };
	char name[PAGEWATCH_NAME_MAX + 1];
	struct protocol_mark mark;

	if (!packet_reader_take(reader, &mark, sizeof(mark)) ||
	    !packet_reader_take_name(reader, mark.name_bytes, name) || !mark.bytes ||
	    __builtin_add_overflow(mark.start, mark.bytes, &array.end) || array.end > INT64_MAX)
		return 0;
	array.start = mark.start;
	if (array_reserve((void **)&points->marks.arrays, &points->marks.capacity,
			  points->marks.count + 1, sizeof(*points->marks.arrays)))
		return -ENOMEM;
	array.name = strdup(name);
	if (!array.name)
		return -ENOMEM;
	points->marks.arrays[points->marks.count++] = array;
	return 1;
}

/* 1: complete, 0: not ours, or -ENOMEM. */
static int checkpoints_parse(struct checkpoints *points, size_t bytes)
{
	struct packet_reader reader = { points->packet, bytes };
	struct protocol_checkpoint head;
	uint32_t i;
	int taken = 1;

	if (!packet_reader_take(&reader, &head, sizeof(head)) ||
	    head.mark_count > PAGEWATCH_MARKS_MAX ||
	    !packet_reader_take_name(&reader, head.name_bytes, points->name))
		return 0;
	checkpoints_forget_marks(points);
	for (i = 0; taken > 0 && i < head.mark_count; i++)
		taken = checkpoints_take_mark(points, &reader);
	return taken > 0 && reader.left ? 0 : taken;
}

int checkpoints__read(struct checkpoints *points)
{
	ssize_t got;
	int err;

	if (points->reached || points->fd < 0)
		return 0;
	got = checkpoints_receive(points);
	/* The last program ended without reading the greeting: its packets are still to come. */
	if (got == -ECONNRESET || got == -EAGAIN || got == -EINTR)
		return 0;
	/* An empty packet has a sender; end of file has none. */
	if (got < 0 || (!got && !points->pid)) {
		close(points->fd);
		points->fd = -1;
		return (int)got;
	}
	err = points->answer >= 0 ? checkpoints_parse(points, (size_t)got) : 0;
	points->reached = err > 0;
	if (!points->reached && points->answer >= 0)
		close(points->answer);
	if (!err)
		log_info("process %d was released from a checkpoint", (int)points->pid);
	return err < 0 ? err : 0;
}

const char *checkpoints__pending(const struct checkpoints *points, pid_t *pid)
{
	*pid = points->pid;
	return points->reached ? points->name : NULL;
}

struct array_list checkpoints__take_marks(struct checkpoints *points)
{
	struct array_list marks = points->marks;

	points->marks = (struct array_list){ 0 };
	return marks;
}

void checkpoints__answer(struct checkpoints *points, bool taken)
{
	if (!points->reached)
		return;
	points->reached = false;
	if (taken && send(points->answer, &(char){ PROTOCOL_TAKEN }, 1, MSG_NOSIGNAL) < 0)
		log_info("process %d did not wait at its checkpoint", (int)points->pid);
	close(points->answer);
}
