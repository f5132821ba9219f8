/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * libpagewatch and a watcher: we are the watcher, and this program started anew is the
 * watched one, since the library reads its environment when it is loaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/pagewatch.h"
#include "lib/protocol.h"

struct packet {
	struct protocol_checkpoint head;
	char name[PAGEWATCH_NAME_MAX + 1];
	struct protocol_mark marks[PAGEWATCH_MARKS_MAX];
	char mark_names[PAGEWATCH_MARKS_MAX][PAGEWATCH_NAME_MAX + 1];
	int answer; /* -1 at the end */
};

/* One packet, every length checked. */
static void hear(int fd, struct packet *ret)
{
	static char bytes[PROTOCOL_PACKET_MAX + 1];
	char control[CMSG_SPACE(2 * sizeof(int))];
	struct iovec iov = { bytes, sizeof(bytes) };
	struct msghdr message = { .msg_iov = &iov,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *head;
	size_t at, i;
	ssize_t got;

	memset(ret, 0, sizeof(*ret));
	ret->answer = -1;
	got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	if (got < 0 && errno == ECONNRESET)
		got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	if (!got)
		return;
	assert_true(got >= (ssize_t)sizeof(ret->head));
	memcpy(&ret->head, bytes, sizeof(ret->head));
	at = sizeof(ret->head);
	memcpy(ret->name, bytes + at, ret->head.name_bytes);
	at += ret->head.name_bytes;
	for (i = 0; i < ret->head.mark_count; i++) {
		memcpy(&ret->marks[i], bytes + at, sizeof(ret->marks[i]));
		at += sizeof(ret->marks[i]);
		memcpy(ret->mark_names[i], bytes + at, ret->marks[i].name_bytes);
		at += ret->marks[i].name_bytes;
	}
	assert_int_equal(at, got);
	head = CMSG_FIRSTHDR(&message);
	assert_non_null(head);
	assert_int_equal(head->cmsg_type, SCM_RIGHTS);
	assert_int_equal(head->cmsg_len, CMSG_LEN(sizeof(int)));
	memcpy(&ret->answer, CMSG_DATA(head), sizeof(int));
}

static void answer(const struct packet *packet, const char *bytes, size_t count)
{
	assert_int_equal(write(packet->answer, bytes, count), count);
	close(packet->answer);
}

struct watched {
	pid_t pid;
	int fd; /* the watcher's end */
};

/* Starts ourselves as `role`, with what PAGEWATCH_FD shall say; NULL: the socket's number. */
static struct watched start(const char *role, const char *value)
{
	struct watched watched;
	char number[16];
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(write(pair[0], PROTOCOL_GREETING, strlen(PROTOCOL_GREETING)),
			 strlen(PROTOCOL_GREETING));
	watched.fd = pair[0];
	watched.pid = fork();
	assert_true(watched.pid >= 0);
	if (!watched.pid) {
		fcntl(pair[1], F_SETFD, 0);
		snprintf(number, sizeof(number), "%d", pair[1]);
		setenv(PROTOCOL_VARIABLE, value ? value : number, 1);
		execl("/proc/self/exe", "watched", role, number, NULL);
		_exit(99);
	}
	close(pair[1]);
	return watched;
}

static void expect_end(struct watched *watched, int expected)
{
	int status;

	assert_int_equal(waitpid(watched->pid, &status, 0), watched->pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), expected);
	close(watched->fd);
}

/* The watched side: exit status 0 when all went as it should, else which step did not. */
static int play_marks(void)
{
	char name[PAGEWATCH_NAME_MAX + 2], *block = malloc(99);
	int i;

	if (pagewatch_mark("x", block, 99) || pagewatch_mark("y", block + 1, 7) ||
	    pagewatch_mark("x", block + 2, 5) || pagewatch_unmark("z") != -ENOENT)
		return 1;
	if (pagewatch_checkpoint("one") != 1)
		return 2;
	if (pagewatch_unmark("x") || pagewatch_checkpoint("two") != 1)
		return 3;
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	if (pagewatch_mark(name, block, 1) != -ENAMETOOLONG ||
	    pagewatch_checkpoint(name) != -ENAMETOOLONG || pagewatch_checkpoint("") != -EINVAL ||
	    pagewatch_mark(NULL, block, 1) != -EINVAL || pagewatch_unmark("") != -EINVAL ||
	    pagewatch_mark("w", block, SIZE_MAX) != -EINVAL)
		return 4;
	for (i = 1; i < PAGEWATCH_MARKS_MAX; i++) {
		snprintf(name, sizeof(name), "%0*d", PAGEWATCH_NAME_MAX, i);
		if (pagewatch_mark(name, block, (size_t)i))
			return 5;
	}
	if (pagewatch_mark("one more", block, 1) != -ENOSPC || pagewatch_mark("y", block, 2))
		return 6;
	name[sizeof(name) - 2] = '\0';
	memset(name, 'c', sizeof(name) - 2);
	if (pagewatch_checkpoint(name) != 1)
		return 7;
	free(block);
	return 0;
}

static int play_fork(void)
{
	int status;
	pid_t pid;

	if (pagewatch_mark("x", &status, 1))
		return 1;
	pid = fork();
	if (!pid)
		_exit(pagewatch_checkpoint("child") != 1);
	if (waitpid(pid, &status, 0) != pid || status)
		return 2;
	return pagewatch_checkpoint("parent") != 1;
}

static void *check_one(void *name)
{
	return pagewatch_checkpoint(name) == 1 ? NULL : name;
}

static int play_threads(void)
{
	static char names[13][16];
	pthread_t threads[13];
	void *wrong;
	int i, bad = 0;

	for (i = 0; i < 13; i++) {
		snprintf(names[i], sizeof(names[i]), "t%d", i);
		if (pthread_create(&threads[i], NULL, check_one, names[i]))
			return 1;
	}
	for (i = 0; i < 13; i++) {
		pthread_join(threads[i], &wrong);
		bad += !!wrong;
	}
	return bad;
}

/* A mark in every thread while others fork: no child may find the lock taken. */
static void *mark_forever(void *stop)
{
	while (!__atomic_load_n((int *)stop, __ATOMIC_RELAXED))
		pagewatch_mark("x", stop, 4);
	return NULL;
}

static int play_forks(void)
{
	pthread_t threads[3];
	int stop = 0, i, status, bad = 0;

	for (i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, mark_forever, &stop);
	for (i = 0; i < 199 && !bad; i++) {
		pid_t pid = fork();

		if (!pid) {
			alarm(20);
			_exit(pagewatch_mark("y", &stop, 4) != 0);
		}
		bad = waitpid(pid, &status, 0) != pid || status;
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	return bad;
}

/* The number is still in the environment, and now belongs to another socket. */
static int play_taken(const char *number)
{
	int fd = atoi(number), pair[2];

	/* the new pair is placed around the number, not over it */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) || dup2(pair[0], fd) < 0)
		return 50;
	if (write(pair[1], "precious", 8) != 8 || pagewatch_checkpoint("once"))
		return 51;
	/* nothing was taken from it, and nothing sent */
	return recv(fd, (char[8]){ 0 }, 8, MSG_DONTWAIT) != 8 ||
	       recv(pair[1], (char[8]){ 0 }, 8, MSG_DONTWAIT) >= 0;
}

static int play(const char *role, const char *number)
{
	alarm(60); /* one that is never let go ends, and not by an exit status */
	if (!strcmp(role, "marks"))
		return play_marks();
	if (!strcmp(role, "fork"))
		return play_fork();
	if (!strcmp(role, "forks"))
		return play_forks();
	if (!strcmp(role, "threads"))
		return play_threads();
	return strcmp(role, "taken") ? pagewatch_checkpoint("once") : play_taken(number);
}

/* The watcher's side. */

static struct packet packet;

static void marks(void **state)
{
	struct watched watched = start("marks", NULL);
	size_t i;

	(void)state;
	hear(watched.fd, &packet);
	assert_string_equal(packet.name, "one");
	assert_int_equal(packet.head.pid, watched.pid);
	assert_int_equal(packet.head.tid, watched.pid);
	assert_int_equal(packet.head.mark_count, 2);
	assert_string_equal(packet.mark_names[0], "x");
	assert_string_equal(packet.mark_names[1], "y");
	assert_int_equal(packet.marks[0].bytes, 5);
	assert_int_equal(packet.marks[1].bytes, 7);
	assert_int_equal(packet.marks[0].start, packet.marks[1].start + 1);
	answer(&packet, "k", 1);
	hear(watched.fd, &packet);
	assert_string_equal(packet.name, "two");
	assert_int_equal(packet.head.mark_count, 1);
	assert_string_equal(packet.mark_names[0], "y");
	answer(&packet, "k", 1);
	/* the longest packet there is */
	hear(watched.fd, &packet);
	assert_int_equal(strlen(packet.name), PAGEWATCH_NAME_MAX);
	assert_int_equal(packet.head.mark_count, PAGEWATCH_MARKS_MAX);
	for (i = 1; i < PAGEWATCH_MARKS_MAX; i++) {
		assert_int_equal(packet.marks[i].bytes, i);
		assert_int_equal(atoi(packet.mark_names[i]), i);
	}
	answer(&packet, "k", 1);
	hear(watched.fd, &packet);
	assert_int_equal(packet.answer, -1);
	expect_end(&watched, 0);
}

static void child(void **state)
{
	struct watched watched = start("fork", NULL);
	uint32_t first;

	(void)state;
	hear(watched.fd, &packet);
	assert_string_equal(packet.name, "child");
	assert_int_equal(packet.head.mark_count, 1);
	first = packet.head.pid;
	assert_int_not_equal(first, watched.pid);
	answer(&packet, "k", 1);
	hear(watched.fd, &packet);
	assert_string_equal(packet.name, "parent");
	assert_int_equal(packet.head.pid, watched.pid);
	answer(&packet, "k", 1);
	expect_end(&watched, 0);
}

/* All are heard before the first is answered, and each has an answer of its own. */
static void many_threads(void **state)
{
	static struct packet packets[13];
	struct watched watched = start("threads", NULL);
	uint32_t seen = 0;
	int i;

	(void)state;
	for (i = 0; i < 13; i++) {
		hear(watched.fd, &packets[i]);
		assert_int_equal(packets[i].name[0], 't');
		seen |= 1u << atoi(packets[i].name + 1);
	}
	assert_int_equal(seen, (1u << 13) - 1);
	for (i = 12; i >= 0; i--)
		answer(&packets[i], "k", 1);
	expect_end(&watched, 0);
}

static void forks(void **state)
{
	struct watched watched = start("forks", "-1");

	(void)state;
	expect_end(&watched, 0);
}

/* Let go without a word, with another word, or because the watcher has ended. */
static void not_taken(void **state)
{
	struct watched watched;
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		watched = start("once", NULL);
		hear(watched.fd, &packet);
		assert_string_equal(packet.name, "once");
		if (i == 3)
			close(watched.fd); /* the answer's end stays open, as in a forked child */
		else
			answer(&packet, i ? "n" : "k", i != 2);
		expect_end(&watched, i == 0);
		if (i == 3)
			close(packet.answer);
	}
	/* ended before the checkpoint */
	watched = start("once", NULL);
	close(watched.fd);
	expect_end(&watched, 0);
}

static void not_a_watcher(void **state)
{
	static const char *const values[] = { "", "-1", "0", "1", "99", "0x3", "3 ", "4294967299" };
	struct watched watched;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(values) / sizeof(*values); i++) {
		watched = start("once", values[i]);
		expect_end(&watched, 0);
	}
	watched = start("taken", NULL);
	expect_end(&watched, 0);
}

static void unattended(void **state)
{
	(void)state;
	errno = 4711;
	assert_int_equal(pagewatch_checkpoint("nobody"), 0);
	assert_int_equal(errno, 4711);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unattended),	 cmocka_unit_test(marks),
		cmocka_unit_test(child),	 cmocka_unit_test(forks),
		cmocka_unit_test(many_threads),	 cmocka_unit_test(not_taken),
		cmocka_unit_test(not_a_watcher),
	};

	if (argc == 3)
		return play(argv[1], argv[2]);
	unsetenv(PROTOCOL_VARIABLE);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
