/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Lifetime of the engine: what it opens, how it attaches. */
#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/log.h"
#include "base/test_point.h"
#include "collect/proc/environment.h"
#include "control/clock.h"
#include "engine/priv.h"

#define SYSFS_ROOT "/sys"

static int open_faults(struct engine *engine)
{
	struct faults_options options = {
		.backend = engine->options.backend,
		.follow_children = engine->options.follow_children,
		.page_bytes = engine->environment.page_bytes,
		.chunk_slots = engine->options.chunk_slots,
		.processes = engine->options.processes,
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
	log_note("cannot count faults: %s; reading page tables only", reason);
	return 0;
}

/*
 * Each followed process takes descriptors, and shells allow 1,024 by default. A command that we start
 * gets the old limit back: programs that use select() cannot have more.
 */
static int raise_files(struct engine *engine)
{
	struct rlimit most;

	if (getrlimit(RLIMIT_NOFILE, &engine->old_files))
		return -errno;
	most = engine->old_files;
	most.rlim_cur = most.rlim_max;
	/* Refused if fs.nr_open was lowered below the hard limit: the old limit serves as well. */
	setrlimit(RLIMIT_NOFILE, &most);
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

/* Before a command is started. */
static int check_reader(const struct engine *engine)
{
	uint32_t categories;
	int err;

	if (engine->options.reader != PAGE_READER_SCAN)
		return 0;
	err = pagemap_probe_scan(&categories);
	if (err == -EOPNOTSUPP)
		log_error("--page-reader=scan needs PAGEMAP_SCAN (Linux 6.7)");
	else if (err)
		log_error("cannot try PAGEMAP_SCAN: %s", strerror(-err));
	return err;
}

static int open_all(struct engine *engine)
{
	int err = raise_files(engine);

	if (err)
		return err;
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
	procfs__open_by(engine->procfs, capability_open);
	err = proc__open(engine->procfs, (uint32_t)getpid(), &engine->self);
	if (err)
		return err;
	err = check_reader(engine);
	if (!err)
		err = open_faults(engine);
	if (!err)
		err = engine_open_control(engine);
	test_point_wait("opened");
	return err;
}

int engine__new(const struct engine_options *options, struct engine **ret)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	int err;

	if (!engine) {
		log_error("cannot start: %s", strerror(ENOMEM));
		return -ENOMEM;
	}
	engine->options = *options;
	engine->epoll_fd = engine->signal_fd = engine->timer_fd = engine->input_fd = -1;
	engine->rss_fd = -1;
	engine->start_ns = clock_now_ns();
	sigemptyset(&engine->old_mask);
	err = open_all(engine);
	if (err && !log_said_error())
		log_error("cannot start: %s", strerror(-err));
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
	free(engine->by_slot);
	free(engine->probed);
	control__free(engine->control);
	faults__close(engine->faults);
	proc__close(engine->self);
	procfs__close(engine->procfs);
	if (engine->timer_fd >= 0)
		close(engine->timer_fd);
	if (engine->rss_fd >= 0)
		close(engine->rss_fd);
	if (engine->signal_fd >= 0) {
		close(engine->signal_fd);
		sigprocmask(SIG_SETMASK, &engine->old_mask, NULL);
	}
	if (engine->old_files.rlim_max)
		setrlimit(RLIMIT_NOFILE, &engine->old_files);
	if (engine->epoll_fd >= 0)
		close(engine->epoll_fd);
	free(engine);
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

int engine__watch_input(struct engine *engine, int fd)
{
	engine->input_fd = fd;
	return engine_watch_fd(engine, fd);
}
