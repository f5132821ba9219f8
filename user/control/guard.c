/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/guard.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control/clock.h"
#include "control/last_stop.h"
#include "control/plan.h"
#include "control/words.h"

struct guard {
	const struct guard_options *options;
	struct procfs *procfs;
	struct tracer *tracer;
	struct plan plan;
	int link; /* -1: pagewatch is gone */
	int signal_fd;
	pid_t command;
	bool ended;
	int wait_status;
	bool told_end;
	pid_t told_held; /* pagewatch reads it; 0: none */
	pid_t freezing;	 /* to be reported once all of it stands still; 0: none */
	uint64_t freeze_deadline_ns;
};

static int guard_tell(struct guard *guard, enum word_type type, pid_t pid, int value)
{
	const struct word word = { .type = type, .pid = pid, .value = value };

	return guard->link < 0 ? -EPIPE : word_send(guard->link, &word);
}

static void guard_begin_wait(struct guard *guard, pid_t pid)
{
	struct process *process = tracer__process(guard->tracer, pid);

	if (process)
		process->waiting_since_ns = clock_now_ns();
}

static void guard_end_wait(struct guard *guard, pid_t pid)
{
	struct process *process = tracer__process(guard->tracer, pid);

	if (process)
		process->waiting_since_ns = 0;
}

static int guard_ask(void *ctx, pid_t pid)
{
	struct guard *guard = ctx;
	int err = guard_tell(guard, WORD_LOOK, pid, 0);

	if (!err)
		guard_begin_wait(guard, pid);
	return err;
}

static void guard_on_armed(void *ctx, const struct process *process)
{
	const struct guard *guard = ctx;

	armed__note(guard->options->armed, process->pid, &process->stop.breakpoint);
}

static enum tracer_answer guard_on_exec(void *ctx, struct process *process, pid_t tid)
{
	return plan__on_exec(&((struct guard *)ctx)->plan, process, tid);
}

static enum tracer_answer guard_on_stop_point(void *ctx, struct process *process, pid_t tid)
{
	return plan__on_stop_point(&((struct guard *)ctx)->plan, process, tid);
}

static void guard_on_child(void *ctx, struct process *process, pid_t tid)
{
	plan__on_child(&((struct guard *)ctx)->plan, process, tid);
	if (process->stop.armed)
		guard_on_armed(ctx, process);
}

static void guard_on_end(void *ctx, pid_t pid, int wait_status)
{
	struct guard *guard = ctx;

	armed__forget(guard->options->armed, pid);
	if (pid != guard->command)
		return;
	guard->ended = true;
	guard->wait_status = wait_status;
}

/* pagewatch is gone, or needs us no more: releases everything, and asks nothing. */
static void guard_leave(struct guard *guard)
{
	guard->plan.wants_looks = false;
	guard->told_held = guard->freezing = 0;
	tracer__leave_all(guard->tracer);
}

static void guard_tell_news(struct guard *guard)
{
	const struct process *held = tracer__held(guard->tracer);

	if (guard->told_held && !tracer__process(guard->tracer, guard->told_held))
		guard->told_held = 0;
	if (held && !guard->told_held && guard->link >= 0) {
		guard->told_held = held->pid;
		guard_begin_wait(guard, held->pid);
		guard_tell(guard, WORD_HELD, held->pid,
			   held->in_time ? LAST_STOP_IN_TIME : last_stop_at_exit(held->plan_error));
	}
	/*
	 * Its children stay traced for the last report: a child at its end keeps its pages until
	 * then.
	 */
	if (guard->ended && !guard->told_end && guard->link >= 0)
		guard->told_end =
			!guard_tell(guard, WORD_ENDED, guard->command, guard->wait_status);
	if (guard->freezing && !tracer__process(guard->tracer, guard->freezing)) {
		guard_tell(guard, WORD_FROZEN, guard->freezing, -ESRCH);
		guard->freezing = 0;
	} else if (guard->freezing && tracer__is_still(guard->tracer, guard->freezing)) {
		guard_begin_wait(guard, guard->freezing);
		guard_tell(guard, WORD_FROZEN, guard->freezing, 0);
		guard->freezing = 0;
	}
}

static void guard_on_word(struct guard *guard, const struct word *word)
{
	/* A word about a process that was released meanwhile comes too late. */
	switch (word->type) {
	case WORD_LOOKED:
		guard_end_wait(guard, word->pid);
		plan__answer(&guard->plan, word->pid, word->value);
		break;
	case WORD_RELEASE:
		if (word->pid != guard->told_held)
			break;
		guard->told_held = 0;
		guard_end_wait(guard, word->pid);
		tracer__release(guard->tracer, word->pid);
		break;
	case WORD_FREEZE:
		guard->freezing = word->pid;
		guard->freeze_deadline_ns = clock_now_ns() + CONTROL_STOP_NS;
		tracer__freeze(guard->tracer, word->pid);
		break;
	case WORD_THAW:
		if (word->pid != guard->told_held)
			guard_end_wait(guard, word->pid);
		tracer__thaw(guard->tracer, word->pid);
		break;
	default:
		break;
	}
}

static void guard_let_go_on(struct guard *guard, struct process *process)
{
	pid_t pid = process->pid;

	process->waiting_since_ns = 0;
	guard_tell(guard, WORD_OVERDUE, pid, 0);
	if (tracer__kept(guard->tracer, pid)) {
		guard->plan.wants_looks = false;
		plan__answer(&guard->plan, pid, true);
	}
	tracer__thaw(guard->tracer, pid);
	if (pid == guard->told_held) {
		guard->told_held = 0;
		tracer__release(guard->tracer, pid);
	}
}

/* Releases processes that have waited for pagewatch too long. */
static void guard_check_time(struct guard *guard)
{
	uint64_t now_ns = clock_now_ns();
	struct process *process;
	size_t i;

	if (guard->freezing && now_ns >= guard->freeze_deadline_ns) {
		tracer__thaw(guard->tracer, guard->freezing);
		guard_tell(guard, WORD_FROZEN, guard->freezing, -ETIMEDOUT);
		guard->freezing = 0;
	}
	for (i = 0; guard->options->hold_ns && i < tracer__count(guard->tracer); i++) {
		process = tracer__process_at(guard->tracer, i);
		if (process->waiting_since_ns &&
		    now_ns >= process->waiting_since_ns + guard->options->hold_ns)
			guard_let_go_on(guard, process);
	}
}

/* Milliseconds until guard_check_time has something to do; -1: never. */
static int guard_timeout(const struct guard *guard)
{
	uint64_t now_ns = clock_now_ns(), next_ns = UINT64_MAX, end_ns;
	size_t i;

	if (guard->freezing)
		next_ns = guard->freeze_deadline_ns;
	for (i = 0; guard->options->hold_ns && i < tracer__count(guard->tracer); i++) {
		const struct process *process = tracer__process_at(guard->tracer, i);

		end_ns = process->waiting_since_ns + guard->options->hold_ns;
		if (process->waiting_since_ns && end_ns < next_ns)
			next_ns = end_ns;
	}
	if (next_ns == UINT64_MAX)
		return -1;
	return next_ns <= now_ns ? 0 : (int)((next_ns - now_ns) / 1000000u) + 1;
}

static void guard_read_signals(struct guard *guard)
{
	struct signalfd_siginfo info;

	while (read(guard->signal_fd, &info, sizeof(info)) == sizeof(info))
		continue;
	tracer__reap(guard->tracer);
}

/* Runs until all have ended; surviving children are released when pagewatch ends. */
static void guard_serve(struct guard *guard)
{
	struct pollfd fds[] = { { .fd = guard->link, .events = POLLIN },
				{ .fd = guard->signal_fd, .events = POLLIN } };
	struct word word;

	while (tracer__count(guard->tracer)) {
		if (poll(fds, 2, guard_timeout(guard)) < 0 && errno != EINTR)
			break;
		if (fds[1].revents)
			guard_read_signals(guard);
		if (fds[0].revents && word_receive(guard->link, &word) > 0) {
			guard_on_word(guard, &word);
		} else if (fds[0].revents) {
			fds[0].fd = guard->link = -1;
			guard_leave(guard);
		}
		guard_check_time(guard);
		guard_tell_news(guard);
	}
}

/* If pagewatch died before it got the status, whoever reaps the guardian gets it. */
static void guard_end_like_command(const struct guard *guard)
{
	int status = guard->wait_status;

	if (!guard->ended || guard->told_end)
		return;
	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	_exit(128 + WTERMSIG(status));
}

/* Drops everything of pagewatch's, and what only the command needs. */
static void guard_close_others(int link)
{
	if (link > 3)
		syscall(SYS_close_range, 3, link - 1, 0);
	syscall(SYS_close_range, link + 1, ~0u, 0);
}

static int guard_open(struct guard *guard)
{
	struct tracer_options options = {
		.stopper = stopper_of_breakpoints(),
		.owner = { guard, guard_on_exec, guard_on_stop_point, guard_on_child,
			   guard_on_end },
		.follow_children = guard->options->follow_children,
	};
	sigset_t all, child;
	int err;

	/* Signals sent to pagewatch, or by a terminal, are not meant for us. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	guard->signal_fd = signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
	if (guard->signal_fd < 0)
		return -errno;
	err = procfs__open(guard->options->proc_root, &guard->procfs);
	if (!err)
		err = tracer__new(&options, &guard->tracer);
	guard->plan = (struct plan){
		.procfs = guard->procfs,
		.tracer = guard->tracer,
		.stop_at = guard->options->stop_at,
		.wants_looks = guard->options->wants_looks,
		.ctx = guard,
		.ask = guard_ask,
		.armed = guard_on_armed,
	};
	return err;
}

void guard_run(const struct guard_options *options)
{
	struct guard guard = { .options = options, .link = options->link };
	int err;

	guard.command = options->spawn(options->ctx, guard.link);
	guard_close_others(guard.link);
	prctl(PR_SET_NAME, "pw-guardian");
	/* Leaves the terminal's foreground group, whose signals are meant for the command. */
	setpgid(0, 0);
	err = guard.command < 0 ? (int)guard.command : guard_open(&guard);
	if (!err)
		err = tracer__seize(guard.tracer, guard.command);
	if (!guard_tell(&guard, WORD_SPAWNED, guard.command, err) && guard.tracer && !err)
		guard_serve(&guard);
	guard_end_like_command(&guard);
	_exit(0);
}
