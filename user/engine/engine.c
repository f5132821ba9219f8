/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Life of the engine: what it opens, how it attaches. */
#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/test_point.h"
#include "base/log.h"
#include "collect/proc/environment.h"
#include "engine/priv.h"

#define PROC_ROOT "/proc"
#define SYSFS_ROOT "/sys"

uint64_t engine_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int open_faults(struct engine *engine)
{
	struct faults_options options = {
		.backend = engine->options.backend,
		.follow_children = engine->options.follow_children,
		.page_bytes = engine->environment.page_bytes,
		.chunk_slots = engine->options.chunk_slots,
		.ring_bytes = engine->options.ring_bytes,
		.heap_min_bytes = engine->options.heap_min_bytes,
		.heap_blocks = engine->options.heap_blocks,
	};
	char reason[256] = "";
	int err;

	if (engine->options.backend == FAULTS_NONE)
		return 0;
	err = faults__open(&options, &engine->faults, reason, sizeof(reason));
	if (!err)
		return engine_watch_fd(engine, faults__poll_fd(engine->faults));
	if (engine->options.backend_required) {
		log_error("cannot count faults: %s", reason);
		return err;
	}
	log_warn("cannot count faults: %s; reading page tables only", reason);
	return 0;
}

static int open_signals(struct engine *engine)
{
	static const int handled[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGWINCH, SIGCHLD };
	sigset_t mask;
	size_t i;

	sigemptyset(&mask);
	for (i = 0; i < sizeof(handled) / sizeof(handled[0]); i++)
		sigaddset(&mask, handled[i]);
	if (sigprocmask(SIG_BLOCK, &mask, &engine->old_mask))
		return -errno;
	engine->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (engine->signal_fd < 0)
		return -errno;
	return engine_watch_fd(engine, engine->signal_fd);
}

static int open_all(struct engine *engine)
{
	int err;

	engine->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (engine->epoll_fd < 0)
		return -errno;
	err = open_signals(engine);
	if (err)
		return err;
	engine->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (engine->timer_fd < 0)
		return -errno;
	err = engine_watch_fd(engine, engine->timer_fd);
	if (err)
		return err;
	err = environment_read(SYSFS_ROOT, &engine->environment);
	if (err)
		return err;
	err = procfs__open(PROC_ROOT, &engine->procfs);
	if (err) {
		log_error("cannot open %s: %s", PROC_ROOT, strerror(-err));
		return err;
	}
	err = proc__open(engine->procfs, (uint32_t)getpid(), &engine->self);
	if (err)
		return err;
	err = open_faults(engine);
	test_point_wait("opened");
	return err;
}

int engine__new(const struct engine_options *options, struct engine **ret)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	int err;

	if (!engine)
		return -ENOMEM;
	engine->options = *options;
	engine->epoll_fd = engine->signal_fd = engine->timer_fd = engine->guardian.link = -1;
	engine->checkpoints.fd = engine->checkpoints.theirs = -1;
	engine->start_ns = engine_now_ns();
	sigemptyset(&engine->old_mask);
	err = open_all(engine);
	if (err) {
		engine__free(engine);
		return err;
	}
	*ret = engine;
	return 0;
}

void engine__free(struct engine *engine)
{
	size_t i;

	if (!engine)
		return;
	for (i = 0; i < engine->target_count; i++)
		target__free(engine->targets[i]);
	free(engine->targets);
	free(engine->probed);
	checkpoints_close(engine);
	guardian_end(engine);
	tracer_leave(engine);
	faults__close(engine->faults);
	freeze_deinit(engine);
	tracer_deinit(engine);
	proc__close(engine->self);
	procfs__close(engine->procfs);
	if (engine->timer_fd >= 0)
		close(engine->timer_fd);
	if (engine->signal_fd >= 0) {
		close(engine->signal_fd);
		sigprocmask(SIG_SETMASK, &engine->old_mask, NULL);
	}
	if (engine->epoll_fd >= 0)
		close(engine->epoll_fd);
	free(engine);
}

static int baseline(struct engine *engine, struct target *target)
{
	int err;

	if (target->slot == NO_SLOT)
		return 0;
	err = engine_drain(engine);
	if (!err)
		err = target__scan(engine, target);
	if (!err)
		err = allocations_probe(engine, target, &target->vmas);
	if (!err)
		err = touch__set_baseline(target->touch, &target->runs);
	test_point_wait("baseline");
	return err;
}

static int attach_one(struct engine *engine, uint32_t pid, bool asked)
{
	uint32_t slot = NO_SLOT;
	struct target *target;
	int err = 0;

	if (engine->faults)
		err = faults__add_process(engine->faults, pid, &slot);
	/* A child that was forked just now may be known by an event that nobody has read yet. */
	if (!err)
		err = engine_drain(engine);
	if (!err && slot != NO_SLOT && engine_find_slot(engine, slot))
		return 0;
	if (!err)
		err = target__new(engine, pid, slot, &target);
	if (err && slot != NO_SLOT)
		faults__release(engine->faults, slot);
	if (err)
		return err;
	target->asked = asked;
	if (slot != NO_SLOT) {
		target->touch = touch__new(engine->environment.page_bytes,
					   engine->environment.pmd_bytes,
					   faults__backend(engine->faults) == FAULTS_TP_BTF);
		if (!target->touch)
			return -ENOMEM;
		target->heap_late = true;
		err = allocations_begin(engine, target, NULL);
		if (err)
			return err;
	}
	test_point_wait("attached");
	return baseline(engine, target);
}

/* One that ended meanwhile is no loss, and one without room was counted by the kernel side. */
static void attach_child(struct engine *engine, uint32_t pid)
{
	struct target *target;
	int err = attach_one(engine, pid, false);

	if (!err || err == -ESRCH || err == -ENOSPC)
		return;
	target = engine_find_pid(engine, pid);
	engine_lose_child(engine, target, target ? target->slot : NO_SLOT, err);
}

/* Children that come while we look join through the fork event, or are found here. */
static int attach_children(struct engine *engine, uint32_t pid)
{
	uint32_t *pids = NULL;
	size_t count, i;
	int err;

	err = procfs__descendants(engine->procfs, pid, &pids, &count);
	for (i = 0; !err && i < count; i++) {
		if (engine_find_pid(engine, pids[i]))
			continue;
		attach_child(engine, pids[i]);
	}
	free(pids);
	return err;
}

static void report_attach_error(uint32_t pid, int err)
{
	if (err == -ESRCH)
		log_error("no process %u", pid);
	else if (err == -EACCES || err == -EPERM)
		log_error("not allowed to look into process %u: it belongs to another user "
			  "(try sudo)",
			  pid);
	else
		log_error("cannot watch process %u: %s", pid, strerror(-err));
}

int engine__attach(struct engine *engine, uint32_t pid)
{
	struct proc *proc = NULL;
	int err;

	err = proc__open(engine->procfs, pid, &proc);
	if (!err) {
		err = proc__alive(proc);
		pid = proc__pid(proc);
	}
	proc__close(proc);
	if (!err)
		err = attach_one(engine, pid, true);
	if (!err && engine->options.follow_children)
		err = attach_children(engine, pid);
	if (err)
		report_attach_error(pid, err);
	return err;
}

int engine__set_interval(struct engine *engine, uint64_t interval_ns)
{
	struct timespec period = {
		.tv_sec = (time_t)(interval_ns / 1000000000u),
		.tv_nsec = (long)(interval_ns % 1000000000u),
	};
	struct itimerspec timer = { .it_interval = period, .it_value = period };

	return timerfd_settime(engine->timer_fd, 0, &timer, NULL) ? -errno : 0;
}

void engine__set_heat_cells(struct engine *engine, uint32_t cells)
{
	engine->options.heat_cells = cells;
}

void engine__set_grid_columns(struct engine *engine, uint32_t columns)
{
	engine->options.grid_columns = columns;
}

int engine__wait_status(const struct engine *engine)
{
	return engine->wait_status;
}

bool engine__stopped_in_time(const struct engine *engine)
{
	return engine->stopped_in_time;
}
