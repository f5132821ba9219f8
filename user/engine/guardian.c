/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Both sides of the link between pagewatch and the process that owns its breakpoints. */
#include "engine/guardian.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test_point.h"
#include "base/log.h"
#include "engine/priv.h"

enum word_type {
	WORD_SPAWNED, /* pid, or value: -errno of the fork or of the seizing */
	WORD_ARMED,   /* pid, breakpoint */
	WORD_HELD,    /* pid, value: in time */
	WORD_ENDED,   /* value: the wait status */
	WORD_RELEASE, /* to the guardian */
};

struct word {
	enum word_type type;
	pid_t pid;
	int value;
	struct breakpoint breakpoint;
};

static int send_word(int link, const struct word *word)
{
	ssize_t sent = send(link, word, sizeof(*word), MSG_NOSIGNAL);

	return sent == (ssize_t)sizeof(*word) ? 0 : sent < 0 ? -errno : -EIO;
}

/* 1, 0 at the end of the other side, or -errno. */
static int receive_word(int link, struct word *ret)
{
	ssize_t got;

	do
		got = recv(link, ret, sizeof(*ret), 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == ECONNRESET ? 0 : -errno;
	return got == (ssize_t)sizeof(*ret);
}

int guardian_tell_armed(struct engine *engine, const struct traced *process)
{
	const struct word word = {
		.type = WORD_ARMED,
		.pid = process->pid,
		.breakpoint = process->breakpoint,
	};

	/* A child's is its own: pagewatch looks after the command's alone. */
	return process->pid == engine->launched ? send_word(engine->guardian.link, &word) : 0;
}

/* pagewatch is gone: every process stands still for a moment, then runs as if never traced. */
static void leave(struct engine *engine)
{
	struct tracer *tracer = &engine->tracer;
	size_t i;

	tracer->leaving = true;
	for (i = 0; i < tracer->process_count; i++)
		tracer_hold(engine, &tracer->processes[i], false);
}

static void tell_held(struct engine *engine, pid_t *told)
{
	struct traced *held = tracer_held(engine);
	struct word word = { .type = WORD_HELD };

	while (held && engine->tracer.leaving) {
		tracer_detach(engine, held);
		held = tracer_held(engine);
	}
	if (!held || held->pid == *told)
		return;
	word.pid = *told = held->pid;
	word.value = held->in_time;
	send_word(engine->guardian.link, &word);
}

static void on_release(struct engine *engine, pid_t *told)
{
	struct traced *held = tracer_held(engine);

	if (held && held->pid == *told)
		tracer_release(engine, held);
	*told = 0;
}

/* Serves until the command has ended, or pagewatch has and all processes were let go. */
static void serve(struct engine *engine)
{
	struct pollfd fds[] = { { .fd = engine->guardian.link, .events = POLLIN },
				{ .fd = engine->signal_fd, .events = POLLIN } };
	struct word word = { .type = WORD_ENDED };
	pid_t told = 0;

	while (engine->tracer.process_count) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (fds[1].revents)
			engine_read_signals(engine);
		if (fds[0].revents && receive_word(engine->guardian.link, &word) > 0) {
			on_release(engine, &told);
		} else if (fds[0].revents) {
			fds[0].fd = -1;
			leave(engine);
		}
		if (engine->launched_reaped && !engine->guardian.told_end) {
			word = (struct word){ .type = WORD_ENDED, .value = engine->wait_status };
			engine->guardian.told_end = !send_word(engine->guardian.link, &word);
			/* Its children are not waited for. */
			leave(engine);
		}
		tell_held(engine, &told);
	}
}

/* A status that pagewatch did not live to hear goes to whoever waits for the guardian. */
static void end_like_command(const struct engine *engine)
{
	int status = engine->wait_status;

	if (!engine->launched_reaped || engine->guardian.told_end)
		return;
	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	_exit(128 + WTERMSIG(status));
}

static void guard(struct engine *engine, pid_t (*spawn)(void *ctx), void *ctx, const int *close_fds)
	__attribute__((noreturn));

static void guard(struct engine *engine, pid_t (*spawn)(void *ctx), void *ctx, const int *close_fds)
{
	struct word word = { .type = WORD_SPAWNED };
	size_t i;

	word.pid = spawn(ctx);
	for (i = 0; close_fds[i] >= 0; i++)
		close(close_fds[i]);
	/* Out of the terminal's foreground group: what it sends is meant for the command. */
	setpgid(0, 0);
	engine->launched = word.pid;
	word.value = word.pid < 0 ? (int)word.pid : tracer_seize(engine, word.pid);
	if (!send_word(engine->guardian.link, &word) && word.pid > 0)
		serve(engine);
	end_like_command(engine);
	_exit(0);
}

pid_t guardian_start(struct engine *engine, pid_t (*spawn)(void *ctx), void *ctx,
		     const int *close_fds)
{
	struct word word;
	int link[2], err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, link))
		return -errno;
	/* When the guardian dies the command is ours to wait for. */
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	engine->guardian.pid = fork();
	if (engine->guardian.pid < 0) {
		err = -errno;
		close(link[0]);
		close(link[1]);
		engine->guardian.pid = 0;
		return err;
	}
	if (!engine->guardian.pid) {
		close(link[0]);
		engine->guardian.link = link[1];
		guard(engine, spawn, ctx, close_fds);
	}
	close(link[1]);
	engine->guardian.link = link[0];
	err = receive_word(link[0], &word);
	if (err <= 0)
		return err ? err : -ESRCH;
	if (word.pid > 0 && word.value)
		log_info("cannot trace the command (%s): its last snapshot may come too late",
			 strerror(-word.value));
	return word.pid;
}

/* The guardian was killed: its breakpoint would kill the command. */
static int take_over(struct engine *engine)
{
	struct guardian *guardian = &engine->guardian;
	struct proc *proc = NULL;
	int fd = -1, err;

	if (!guardian->armed.inserted)
		return 0;
	guardian->armed.inserted = false;
	err = proc__open(engine->procfs, (uint32_t)guardian->armed_pid, &proc);
	if (!err) {
		fd = proc__open_to_write(proc, "mem");
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
	return 0;
}

static int on_held(struct engine *engine, const struct word *word)
{
	struct guardian *guardian = &engine->guardian;
	struct target *target;

	guardian->held = word->pid;
	guardian->held_in_time = word->value;
	if (word->pid == engine->launched)
		guardian->armed.inserted = false;
	if (engine_find_pid(engine, (uint32_t)word->pid))
		return 0;
	return target__new(engine, (uint32_t)word->pid, NO_SLOT, &target);
}

static int on_word(struct engine *engine, const struct word *word)
{
	struct guardian *guardian = &engine->guardian;

	switch (word->type) {
	case WORD_ARMED:
		guardian->armed = word->breakpoint;
		guardian->armed_pid = word->pid;
		break;
	case WORD_HELD:
		return on_held(engine, word);
	case WORD_ENDED:
		guardian->told_end = true;
		engine->launched_reaped = true;
		engine->wait_status = word->value;
		break;
	default:
		return -EPROTO;
	}
	return 0;
}

int guardian_read(struct engine *engine)
{
	struct guardian *guardian = &engine->guardian;
	struct pollfd poll_fd = { .fd = guardian->link, .events = POLLIN };
	struct word word;
	int got, err = 0;

	while (!err && guardian->link >= 0 && poll(&poll_fd, 1, 0) > 0) {
		got = receive_word(guardian->link, &word);
		if (got > 0) {
			err = on_word(engine, &word);
			continue;
		}
		close(guardian->link);
		guardian->link = -1;
		guardian->held = 0;
		if (!guardian->told_end)
			err = take_over(engine);
	}
	return err;
}

int guardian_release(struct engine *engine)
{
	const struct word word = { .type = WORD_RELEASE };

	struct guardian *guardian = &engine->guardian;
	pid_t held = guardian->held;
	int err;

	test_point_wait("released");
	guardian->held = 0;
	err = send_word(guardian->link, &word);
	/* Without its guardian the command did not stand still while it was looked at. */
	if (held == engine->launched)
		engine->stopped_in_time = !err && guardian->held_in_time;
	return err ? guardian_read(engine) : 0;
}

void guardian_end(struct engine *engine)
{
	if (engine->guardian.link >= 0)
		close(engine->guardian.link);
	engine->guardian.link = -1;
}
