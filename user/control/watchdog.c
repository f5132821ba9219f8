/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/watchdog.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/log.h"
#include "control/clock.h"
#include "control/thread_status.h"

/* A hold is checked this many times within its limit. */
#define LOOKS 5

/* Shared state that pagewatch writes for its helper. */
struct watchdog_shared {
	_Atomic uint64_t held_since_ns; /* 0: nothing is held */
	_Atomic uint32_t turns;		/* turns of our loop */
	atomic_bool idle;
	atomic_bool stopped; /* by others, when we were idle last */
	atomic_bool ended;   /* as intended */
	_Atomic pid_t pid;
	atomic_bool traced;
};

struct watchdog {
	struct watchdog_shared *shared;
	uint64_t hold_ns;
	int timer_fd; /* active while something may stand still; both processes have it */
};

/* In the helper. */
struct watchdog_helper {
	struct watchdog_shared *shared;
	uint64_t hold_ns;
	int timer_fd;
	int pidfd; /* of pagewatch */
	pid_t pagewatch;
	struct procfs *procfs;
	const struct stop_probes *probes;
	uint32_t turns;	    /* at the last check */
	unsigned int stuck; /* checks since the last turn */
};

static void watchdog_set_timer(const struct watchdog *watchdog, bool on)
{
	uint64_t look_ns = on ? watchdog->hold_ns / LOOKS + 1 : 0;
	const struct timespec period = {
		.tv_sec = (time_t)(look_ns / 1000000000u),
		.tv_nsec = (long)(look_ns % 1000000000u),
	};
	const struct itimerspec timer = { .it_interval = period, .it_value = period };

	timerfd_settime(watchdog->timer_fd, 0, &timer, NULL);
}

/* Whether a thread of the process is in this state. */
static bool watchdog_some_thread_is(const struct watchdog_helper *helper, pid_t pid, char state)
{
	struct proc *proc = NULL;
	uint32_t *tids = NULL;
	size_t count = 0, i;
	bool found = false;

	if (!proc__open(helper->procfs, (uint32_t)pid, &proc))
		proc__threads(proc, &tids, &count);
	for (i = 0; !found && tids && i < count; i++)
		found = thread_status_read(proc, (pid_t)tids[i]).state == state;
	free(tids);
	proc__close(proc);
	return found;
}

/* Whether pagewatch has served nothing since the last check, although there may be something. */
static bool watchdog_is_stuck(struct watchdog_helper *helper)
{
	uint32_t turns = atomic_load(&helper->shared->turns);
	bool moved = turns != helper->turns;

	helper->turns = turns;
	if (moved)
		return false;
	return !atomic_load(&helper->shared->idle) ||
	       watchdog_some_thread_is(helper, helper->pagewatch, 'T');
}

static bool watchdog_is_overdue(struct watchdog_helper *helper)
{
	struct watchdog_shared *shared = helper->shared;
	uint64_t since_ns = atomic_load(&shared->held_since_ns);

	if (since_ns && clock_now_ns() >= since_ns + helper->hold_ns)
		return true;
	helper->stuck = watchdog_is_stuck(helper) ? helper->stuck + 1 : 0;
	return atomic_load(&shared->traced) && helper->stuck >= LOOKS &&
	       watchdog_some_thread_is(helper, atomic_load(&shared->pid), 't');
}

static void watchdog_mute(const struct watchdog_helper *helper)
{
	if (helper->probes)
		helper->probes->mute(helper->probes->ctx);
}

/*
 * A pending signal of our probes takes effect when pagewatch is killed, now or when its thread next
 * runs. SIGCONT ends the stop, and drops pending stop signals. Nobody else has stopped the process.
 */
static void watchdog_wake(const struct watchdog_helper *helper)
{
	if (atomic_load(&helper->shared->traced) && !atomic_load(&helper->shared->stopped))
		kill(atomic_load(&helper->shared->pid), SIGCONT);
}

static void watchdog_serve(struct watchdog_helper *helper)
{
	struct pollfd fds[] = { { .fd = helper->pidfd, .events = POLLIN },
				{ .fd = helper->timer_fd, .events = POLLIN } };
	uint64_t expirations;

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents)
			break;
		if (read(helper->timer_fd, &expirations, sizeof(expirations)) < 0 ||
		    !watchdog_is_overdue(helper))
			continue;
		log_error("killed by the watchdog: process %d has stood still for %llu ms",
			  (int)atomic_load(&helper->shared->pid),
			  (unsigned long long)(helper->hold_ns / 1000000u));
		watchdog_mute(helper);
		syscall(SYS_pidfd_send_signal, helper->pidfd, SIGKILL, NULL, 0);
		/* Its descriptor says when it is gone and its tracees are released. */
		fds[1].fd = -1;
	}
	if (atomic_load(&helper->shared->ended))
		return;
	/* The kernel closes the probes a moment after pagewatch is gone. */
	watchdog_mute(helper);
	watchdog_wake(helper);
}

/* Out of reach of signals to pagewatch; keeps only what it needs. */
static void watchdog_stand_apart(const struct watchdog_helper *helper)
{
	int low = helper->pidfd < helper->timer_fd ? helper->pidfd : helper->timer_fd;
	int high = helper->pidfd + helper->timer_fd - low;
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setpgid(0, 0);
	prctl(PR_SET_NAME, "pw-watchdog");
	setpriority(PRIO_PROCESS, 0, -20);
	if (low > 3)
		syscall(SYS_close_range, 3, low - 1, 0);
	if (high > low + 1)
		syscall(SYS_close_range, low + 1, high - 1, 0);
	syscall(SYS_close_range, high + 1, ~0u, 0);
}

static void watchdog_run(const struct watchdog *watchdog, pid_t pagewatch, const char *proc_root,
			 const struct stop_probes *probes)
{
	struct watchdog_helper helper = {
		.shared = watchdog->shared,
		.hold_ns = watchdog->hold_ns,
		.timer_fd = watchdog->timer_fd,
		.pagewatch = pagewatch,
		.probes = probes,
	};

	helper.pidfd = (int)syscall(SYS_pidfd_open, pagewatch, 0);
	if (helper.pidfd < 0 || getppid() != pagewatch)
		_exit(1);
	watchdog_stand_apart(&helper);
	if (procfs__open(proc_root, &helper.procfs))
		_exit(1);
	watchdog_serve(&helper);
	_exit(0);
}

int watchdog__start(uint64_t hold_ns, const char *proc_root, const struct stop_probes *probes,
		    struct watchdog **ret)
{
	struct watchdog *watchdog = calloc(1, sizeof(*watchdog));
	pid_t pagewatch = getpid(), pid;
	int err = 0;

	if (!watchdog)
		return -ENOMEM;
	watchdog->hold_ns = hold_ns;
	watchdog->shared = mmap(NULL, sizeof(*watchdog->shared), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (watchdog->shared == MAP_FAILED) {
		free(watchdog);
		return -ENOMEM;
	}
	watchdog->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (watchdog->timer_fd < 0)
		err = -errno;
	pid = err ? -1 : fork();
	if (!pid)
		watchdog_run(watchdog, pagewatch, proc_root, probes);
	if (!err && pid < 0)
		err = -errno;
	if (err) {
		watchdog__free(watchdog);
		return err;
	}
	*ret = watchdog;
	return 0;
}

void watchdog__free(struct watchdog *watchdog)
{
	if (!watchdog)
		return;
	atomic_store(&watchdog->shared->ended, true);
	if (watchdog->timer_fd >= 0)
		close(watchdog->timer_fd);
	munmap(watchdog->shared, sizeof(*watchdog->shared));
	free(watchdog);
}

void watchdog__hold(struct watchdog *watchdog, pid_t pid)
{
	if (!watchdog)
		return;
	atomic_store(&watchdog->shared->pid, pid);
	atomic_store(&watchdog->shared->held_since_ns, clock_now_ns());
	if (!atomic_load(&watchdog->shared->traced))
		watchdog_set_timer(watchdog, true);
}

void watchdog__let_go(struct watchdog *watchdog)
{
	if (!watchdog)
		return;
	atomic_store(&watchdog->shared->held_since_ns, 0);
	if (!atomic_load(&watchdog->shared->traced))
		watchdog_set_timer(watchdog, false);
}

void watchdog__trace(struct watchdog *watchdog, pid_t pid)
{
	if (!watchdog)
		return;
	atomic_store(&watchdog->shared->pid, pid);
	atomic_store(&watchdog->shared->traced, true);
	watchdog_set_timer(watchdog, true);
}

void watchdog__idle(struct watchdog *watchdog, bool stopped)
{
	if (!watchdog)
		return;
	atomic_store(&watchdog->shared->stopped, stopped);
	atomic_store(&watchdog->shared->idle, true);
}

void watchdog__busy(struct watchdog *watchdog)
{
	if (!watchdog)
		return;
	atomic_store(&watchdog->shared->idle, false);
	atomic_fetch_add(&watchdog->shared->turns, 1);
}
