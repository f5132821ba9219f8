/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The one epoll loop: ring buffer, process descriptors, timer, signals. */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "control/clock.h"
#include "engine/priv.h"

int engine_read_signals(struct engine *engine)
{
	struct signalfd_siginfo info;
	bool child = false;

	while (read(engine->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGCHLD:
			child = true;
			break;
		case SIGUSR1:
			engine->asked = true;
			break;
		case SIGWINCH:
			engine->resized = true;
			break;
		default:
			engine->interrupted_by = (int)info.ssi_signo;
		}
	}
	return child ? control__reap(engine->control) : 0;
}

static void read_timer(struct engine *engine)
{
	uint64_t expirations;

	if (read(engine->timer_fd, &expirations, sizeof(expirations)) == sizeof(expirations))
		engine->ticked = true;
}

static bool process_ended(const struct target *target)
{
	struct pollfd poll_fd = { .fd = target->pidfd, .events = POLLIN };

	return target->pidfd < 0 || poll(&poll_fd, 1, 0) > 0;
}

/*
 * An address space ends before its process can be reaped, so by then the ring has all its records.
 */
static int end_target(struct engine *engine, struct target *target)
{
	int err = engine_drain(engine);

	if (!err && !target->ended && process_ended(target))
		err = target__end(engine, target, "exit");
	if (!err || target->asked)
		return err;
	engine_lose_child(engine, target, NO_SLOT, err);
	return 0;
}

static struct target *target_of_pidfd(struct engine *engine, int fd)
{
	size_t i;

	for (i = 0; i < engine->target_count; i++) {
		if (engine->targets[i]->pidfd == fd && !engine->targets[i]->ended)
			return engine->targets[i];
	}
	return NULL;
}

/* Targets that had ended before we heard of them. */
static int end_gone(struct engine *engine)
{
	size_t i;
	int err = 0;

	for (i = 0; !err && engine->gone_count && i < engine->target_count; i++) {
		struct target *target = engine->targets[i];

		if (!target->ended && target->pidfd < 0)
			err = end_target(engine, target);
	}
	return err;
}

static int handle_fd(struct engine *engine, int fd)
{
	struct target *target;

	if (fd == engine->signal_fd)
		return engine_read_signals(engine);
	if (fd == engine->timer_fd) {
		read_timer(engine);
		return 0;
	}
	if (fd == engine->rss_fd)
		return engine_read_rss(engine);
	if (fd == engine->input_fd) {
		engine->input = true;
		return 0;
	}
	target = target_of_pidfd(engine, fd);
	return target ? end_target(engine, target) : 0;
}

static int wait_once(struct engine *engine)
{
	struct epoll_event events[16];
	int count, i, err;

	control__idle(engine->control);
	count = epoll_wait(engine->epoll_fd, events, 16, engine->backlog ? 0 : -1);
	control__busy(engine->control);
	if (count < 0)
		return errno == EINTR ? 0 : -errno;
	err = engine_drain_some(engine);
	for (i = 0; !err && i < count; i++)
		err = handle_fd(engine, events[i].data.fd);
	if (!err)
		err = engine_serve_control(engine);
	if (!err)
		err = end_gone(engine);
	if (!err)
		err = engine_make_room(engine);
	return err ? err : engine_fold_many(engine);
}

static bool take_flag(bool *flag)
{
	bool was = *flag;

	*flag = false;
	return was;
}

/*
 * Processes of a launched command are held in between. They must not wait for a tick each: after
 * one, as much time as it took is theirs.
 */
static bool take_tick(struct engine *engine)
{
	if (!engine->ticked || (engine->launched && clock_now_ns() < engine->tick_due_ns))
		return false;
	engine->tick_began_ns = clock_now_ns();
	return take_flag(&engine->ticked);
}

static void end_tick(struct engine *engine)
{
	uint64_t now;

	if (!engine->tick_began_ns)
		return;
	now = clock_now_ns();
	engine->tick_due_ns = now + (now - engine->tick_began_ns);
	engine->tick_began_ns = 0;
}

static bool next_pending(struct engine *engine, enum engine_event *ret)
{
	pid_t pid;
	int status;

	if (control__held(engine->control))
		*ret = ENGINE_LAST_CHANCE;
	else if (engine_checkpoint(engine, &pid))
		*ret = ENGINE_CHECKPOINT;
	else if (engine->launched ? control__command_ended(engine->control, &status)
				  : !engine_live_targets(engine))
		*ret = ENGINE_ENDED;
	else if (engine->interrupted_by)
		*ret = ENGINE_INTERRUPTED;
	else if (take_flag(&engine->asked))
		*ret = ENGINE_ASKED;
	else if (take_flag(&engine->resized))
		*ret = ENGINE_RESIZED;
	else if (take_flag(&engine->input))
		*ret = ENGINE_INPUT;
	else if (take_tick(engine))
		*ret = ENGINE_TICK;
	else if (take_flag(&engine->polled))
		*ret = ENGINE_POLLED;
	else
		return false;
	return true;
}

int engine__next(struct engine *engine, enum engine_event *ret)
{
	int err;

	end_tick(engine);
	while (!next_pending(engine, ret)) {
		err = wait_once(engine);
		if (err)
			return err;
	}
	return 0;
}

int engine__take_signal(struct engine *engine)
{
	int number;

	engine_read_signals(engine);
	number = engine->interrupted_by;
	engine->interrupted_by = 0;
	return number;
}
