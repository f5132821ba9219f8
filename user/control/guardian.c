/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/guardian.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "control/words.h"

#define END_MS 1000 /* that we wait for its end, at most */

struct guardian {
	struct guardian_owner owner;
	struct procfs *procfs;
	int link; /* -1: it is gone */
	pid_t command;
	bool ended;
	int wait_status;
	pid_t held;
	enum last_stop held_how;
	enum last_stop last_stop; /* of the command */
	uint64_t overdue;
	pid_t freezing; /* the answer is pending; 0: none */
	int freeze_error;
	pid_t pid; /* pid of the guardian itself */
	struct armed *armed;
};

/* The guardian was killed: its breakpoints would kill the processes that have them. */
static void guardian_take_over(struct guardian *guardian)
{
	int err;
	size_t unknown;
	size_t out = armed__take_out(guardian->armed, guardian->procfs, &unknown, &err);

	if (unknown)
		log_warn("the guardian (a helper process) was killed, and %zu processes may keep a "
			 "breakpoint: more than %d had one. Such a process ends by SIGTRAP",
			 unknown, ARMED_MAX);
	if (err)
		log_warn("the guardian (a helper process) was killed, and its breakpoint "
			 "cannot be removed from every process: %s",
			 strerror(-err));
	else if (out)
		log_warn("the guardian (a helper process) was killed: "
			 "the command is not stopped for its last snapshot");
}

static int guardian_on_word(struct guardian *guardian, const struct word *word)
{
	struct word answer = { .type = WORD_LOOKED, .pid = word->pid };

	switch (word->type) {
	case WORD_LOOK:
		answer.value = guardian->owner.look(guardian->owner.ctx, word->pid);
		word_send(guardian->link, &answer);
		break;
	case WORD_HELD:
		guardian->held = word->pid;
		guardian->held_how = (enum last_stop)word->value;
		break;
	case WORD_FROZEN:
		guardian->freezing = 0;
		guardian->freeze_error = word->value;
		break;
	case WORD_OVERDUE:
		guardian->overdue++;
		if (guardian->held == word->pid)
			guardian->held = 0;
		log_warn(
			"process %d was released before its pages were counted: it had reached the hold limit",
			(int)word->pid);
		break;
	case WORD_ENDED:
		guardian->ended = true;
		guardian->wait_status = word->value;
		break;
	default:
		return -EPROTO;
	}
	return 0;
}

/* Waits for one word, or for the guardian's end. */
static int guardian_receive(struct guardian *guardian)
{
	struct word word;
	int got = word_receive(guardian->link, &word);

	if (got > 0)
		return guardian_on_word(guardian, &word);
	close(guardian->link);
	guardian->link = -1;
	guardian->held = 0;
	guardian->freezing = 0;
	guardian->freeze_error = -ESRCH;
	guardian_take_over(guardian);
	return 0;
}

int guardian__read(struct guardian *guardian)
{
	struct pollfd poll_fd = { .events = POLLIN };
	int err = 0;

	while (!err && guardian->link >= 0) {
		poll_fd.fd = guardian->link;
		if (poll(&poll_fd, 1, 0) <= 0)
			break;
		err = guardian_receive(guardian);
	}
	return err;
}

/* In the new process; does not return. */
static void guardian_become(const struct guard_options *options, struct armed *armed,
			    const int *link)
{
	struct guard_options own = *options;

	close(link[0]);
	own.link = link[1];
	own.armed = armed;
	guard_run(&own);
}

static int guardian_fork(struct guardian *guardian, const struct guard_options *options)
{
	int link[2], err = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link))
		return -errno;
	/* When the guardian dies, the command becomes our child to reap. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	guardian->pid = fork();
	if (!guardian->pid)
		guardian_become(options, guardian->armed, link);
	if (guardian->pid < 0)
		err = -errno;
	close(link[1]);
	guardian->link = link[0];
	return err;
}

static int guardian_meet(struct guardian *guardian)
{
	struct word word;
	int got = word_receive(guardian->link, &word);

	if (got <= 0)
		return got ? got : -ESRCH;
	guardian->command = word.pid;
	if (word.pid > 0 && word.value)
		log_info("cannot trace the command (%s): its last snapshot may come too late",
			 strerror(-word.value));
	return word.pid > 0 ? 0 : word.pid;
}

int guardian__start(const struct guard_options *options, const struct guardian_owner *owner,
		    struct procfs *procfs, struct guardian **ret)
{
	struct guardian *guardian = calloc(1, sizeof(*guardian));
	int err;

	if (!guardian)
		return -ENOMEM;
	*guardian = (struct guardian){ .owner = *owner, .procfs = procfs, .link = -1 };
	err = armed__new(&guardian->armed);
	if (!err)
		err = guardian_fork(guardian, options);
	if (!err)
		err = guardian_meet(guardian);
	if (err)
		guardian__free(guardian);
	else
		*ret = guardian;
	return err;
}

/* It releases everything it traces once the link is closed, which takes as long as stopping. */
static void guardian_wait(pid_t pid)
{
	struct pollfd ends = { .events = POLLIN };
	siginfo_t info;

	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT))
		return;
	ends.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (ends.fd < 0)
		return;
	poll(&ends, 1, END_MS);
	close(ends.fd);
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG);
}

void guardian__free(struct guardian *guardian)
{
	if (!guardian)
		return;
	if (guardian->link >= 0)
		close(guardian->link);
	if (guardian->pid > 0)
		guardian_wait(guardian->pid);
	armed__free(guardian->armed);
	free(guardian);
}

pid_t guardian__command(const struct guardian *guardian)
{
	return guardian->command;
}

int guardian__fd(const struct guardian *guardian)
{
	return guardian->link;
}

void guardian__on_end(struct guardian *guardian, pid_t pid, int wait_status)
{
	if (pid != guardian->command)
		return;
	guardian->ended = true;
	guardian->wait_status = wait_status;
}

pid_t guardian__held(const struct guardian *guardian)
{
	return guardian->held;
}

int guardian__release(struct guardian *guardian)
{
	const struct word word = { .type = WORD_RELEASE, .pid = guardian->held };
	enum last_stop how = guardian->held_how;
	int err;

	/* If it was released or its guardian killed, it did not stand still all the time. */
	err = guardian__read(guardian);
	if (err || !guardian->held)
		return err;
	guardian->held = 0;
	err = word_send(guardian->link, &word);
	if (word.pid == guardian->command)
		guardian->last_stop = err ? LAST_STOP_NONE : how;
	return err ? guardian__read(guardian) : 0;
}

int guardian__freeze(struct guardian *guardian, pid_t pid)
{
	const struct word word = { .type = WORD_FREEZE, .pid = pid };
	int err;

	if (guardian->link < 0)
		return -ESRCH;
	guardian->freezing = pid;
	err = word_send(guardian->link, &word);
	while (!err && guardian->freezing)
		err = guardian_receive(guardian);
	return err ? err : guardian->freeze_error;
}

void guardian__thaw(struct guardian *guardian, pid_t pid)
{
	const struct word word = { .type = WORD_THAW, .pid = pid };

	if (guardian->link >= 0)
		word_send(guardian->link, &word);
}

bool guardian__ended(const struct guardian *guardian, int *wait_status)
{
	*wait_status = guardian->wait_status;
	return guardian->ended;
}

enum last_stop guardian__last_stop(const struct guardian *guardian)
{
	return guardian->last_stop;
}

uint64_t guardian__overdue(const struct guardian *guardian)
{
	return guardian->overdue;
}
