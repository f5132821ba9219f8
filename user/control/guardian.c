/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/guardian.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "control/words.h"

struct guardian {
	struct guardian_owner owner;
	struct procfs *procfs;
	int link; /* -1: it is gone */
	pid_t command;
	bool ended;
	int wait_status;
	pid_t held;
	bool held_in_time;
	bool stopped_in_time;
	uint64_t overdue;
	pid_t freezing; /* the answer is to come; 0: none */
	int freeze_error;
	pid_t armed_pid; /* whose breakpoint it is */
	struct breakpoint armed;
};

/* The guardian was killed: its breakpoint would kill the command. */
static void guardian_take_over(struct guardian *guardian)
{
	struct proc *proc = NULL;
	int fd = -1, err;

	if (!guardian->armed.inserted)
		return;
	guardian->armed.inserted = false;
	err = proc__open(guardian->procfs, (uint32_t)guardian->armed_pid, &proc);
	if (!err) {
		fd = proc__open_memory_to_write(proc);
		err = fd < 0 ? fd : breakpoint_remove_from(fd, &guardian->armed);
	}
	if (fd >= 0)
		close(fd);
	proc__close(proc);
	if (err && err != -ESRCH)
		log_warn("the guardian of the command's breakpoint was killed, and the "
			 "breakpoint cannot be taken out: %s",
			 strerror(-err));
	else
		log_warn("the guardian of the command's breakpoint was killed: "
			 "the command is not stopped for a last look");
}

static int guardian_on_word(struct guardian *guardian, const struct word *word)
{
	struct word answer = { .type = WORD_LOOKED, .pid = word->pid };

	switch (word->type) {
	case WORD_ARMED:
		guardian->armed = word->breakpoint;
		guardian->armed_pid = word->pid;
		break;
	case WORD_LOOK:
		answer.value = guardian->owner.look(guardian->owner.ctx, word->pid);
		word_send(guardian->link, &answer);
		break;
	case WORD_HELD:
		guardian->held = word->pid;
		guardian->held_in_time = word->value;
		/* The breakpoint is out, or nothing runs into it any more. */
		if (word->pid == guardian->command)
			guardian->armed.inserted = false;
		break;
	case WORD_FROZEN:
		guardian->freezing = 0;
		guardian->freeze_error = word->value;
		break;
	case WORD_OVERDUE:
		guardian->overdue++;
		if (guardian->held == word->pid)
			guardian->held = 0;
		log_warn("process %d was let go before its pages were counted: "
			 "it had waited for too long",
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
	if (!guardian->ended)
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

/* In the new process, for good. */
static void guardian_become(const struct guard_options *options, const int *link)
{
	struct guard_options own = *options;

	close(link[0]);
	own.link = link[1];
	guard_run(&own);
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
	struct guardian *guardian;
	int link[2], err;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link))
		return -errno;
	guardian = calloc(1, sizeof(*guardian));
	/* When the guardian dies the command is ours to wait for. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	pid = guardian ? fork() : -1;
	if (!pid)
		guardian_become(options, link);
	err = !guardian ? -ENOMEM : pid < 0 ? -errno : 0;
	close(link[1]);
	if (err) {
		close(link[0]);
		free(guardian);
		return err;
	}
	guardian->owner = *owner;
	guardian->procfs = procfs;
	guardian->link = link[0];
	err = guardian_meet(guardian);
	if (err) {
		guardian__free(guardian);
		return err;
	}
	*ret = guardian;
	return 0;
}

void guardian__free(struct guardian *guardian)
{
	if (!guardian)
		return;
	if (guardian->link >= 0)
		close(guardian->link);
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
	bool in_time = guardian->held_in_time;
	int err;

	/* It may have been let go, or its guardian killed: it did not stand all the while. */
	err = guardian__read(guardian);
	if (err || !guardian->held)
		return err;
	guardian->held = 0;
	err = word_send(guardian->link, &word);
	if (word.pid == guardian->command)
		guardian->stopped_in_time = !err && in_time;
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

bool guardian__stopped_in_time(const struct guardian *guardian)
{
	return guardian->stopped_in_time;
}

uint64_t guardian__overdue(const struct guardian *guardian)
{
	return guardian->overdue;
}
