/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* However a tracer ends, what it traced runs on: at stop points, frozen, stopped for signals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "collect/proc/procfs.h"
#include "control/freeze.h"
#include "control/watchdog.h"
#include "control_children.h"

#define THREADS 5
#define ROUNDS 20

static atomic_bool ended;

static void *run_through_marked(void *argument)
{
	while (!atomic_load(&ended))
		marked();
	return argument;
}

/* Threads run through the stop point all the time; it answers a byte, then ends. */
static int play_threads(void)
{
	pthread_t threads[THREADS];
	int i;

	for (i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, run_through_marked, NULL);
	child_say('r');
	child_hear();
	atomic_store(&ended, true);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	child_say('e');
	return 7;
}

/* 0: it ended with 7, so that no thread stood still and nothing of ours was hit. */
static int end_of(const struct child *child)
{
	int status = -1;

	child_go(child);
	if (child_hears(child) != 'e' || waitpid(child->pid, &status, 0) != child->pid)
		return -1;
	return status != 7 << 8;
}

static void test_left_at_stop_points(void **state)
{
	int round;

	(void)state;
	for (round = 0; round < ROUNDS; round++) {
		struct child child = child_start(play_threads);
		struct watched *watched = watched_new(false);

		assert_int_equal(tracer__seize(watched->tracer, child.pid), 0);
		watched_arm(watched, &child);
		watched->answer = TRACER_KEEP;
		child_go(&child);
		WATCHED_UNTIL(watched, watched->stops);
		watched_free(watched);
		assert_int_equal(child_hears(&child), 'r');
		assert_int_equal(end_of(&child), 0);
		child_end(&child);
	}
}

static void test_left_while_frozen(void **state)
{
	struct child child = child_start(play_threads);
	struct watched *watched;
	struct procfs *procfs;
	struct proc *proc;
	const char *why;
	int round;

	(void)state;
	assert_int_equal(procfs__open("/proc", &procfs), 0);
	assert_int_equal(proc__open(procfs, (uint32_t)child.pid, &proc), 0);
	child_go(&child);
	assert_int_equal(child_hears(&child), 'r');
	for (round = 0; round < ROUNDS; round++) {
		watched = watched_new(false);
		assert_int_equal(freeze_begin(watched->tracer, proc, &why), 0);
		assert_int_equal(tracer__threads(watched->tracer, child.pid), THREADS + 1);
		assert_true(tracer__is_still(watched->tracer, child.pid));
		if (round % 2)
			freeze_end(watched->tracer, child.pid);
		watched_free(watched);
	}
	assert_int_equal(end_of(&child), 0);
	child_end(&child);
	proc__close(proc);
	procfs__close(procfs);
}

static int play_birth(void)
{
	pthread_t thread;

	child_say('r');
	child_hear();
	pthread_create(&thread, NULL, run_through_marked, NULL);
	child_hear();
	atomic_store(&ended, true);
	pthread_join(thread, NULL);
	child_say('e');
	return 7;
}

/* It is traced, but nothing of it was served: nobody else holds it. */
static void test_frozen_with_a_thread_just_born(void **state)
{
	struct child child = child_start(play_birth);
	struct watched *watched = watched_new(false);
	struct procfs *procfs;
	struct proc *proc;
	const char *why;
	siginfo_t info;
	pid_t failed;

	(void)state;
	assert_int_equal(procfs__open("/proc", &procfs), 0);
	assert_int_equal(proc__open(procfs, (uint32_t)child.pid, &proc), 0);
	child_go(&child);
	assert_int_equal(child_hears(&child), 'r');
	assert_int_equal(tracer__attach(watched->tracer, proc, &failed), 0);
	child_go(&child);
	assert_int_equal(waitid(P_ALL, 0, &info, WSTOPPED | WNOWAIT | __WALL), 0);
	assert_int_equal(tracer__attach(watched->tracer, proc, &failed), 0);
	assert_int_equal(freeze_begin(watched->tracer, proc, &why), 0);
	assert_int_equal(tracer__threads(watched->tracer, child.pid), 2);
	assert_true(tracer__is_still(watched->tracer, child.pid));
	freeze_end(watched->tracer, child.pid);
	watched_free(watched);
	assert_int_equal(end_of(&child), 0);
	child_end(&child);
	proc__close(proc);
	procfs__close(procfs);
}

/* In the place of pagewatch: it holds the process, and then is stuck for good. */
static void be_stuck(pid_t pid)
{
	struct watched *watched = watched_new(false);
	struct watchdog *watchdog;
	struct procfs *procfs;
	struct proc *proc;
	const char *why;

	alarm(60);
	if (watchdog__start(100000000, "/proc", NULL, &watchdog) ||
	    procfs__open("/proc", &procfs) || proc__open(procfs, (uint32_t)pid, &proc))
		_exit(1);
	watchdog__hold(watchdog, pid);
	if (freeze_begin(watched->tracer, proc, &why))
		_exit(1);
	raise(SIGSTOP);
	_exit(2);
}

static void test_stuck_with_a_frozen_process(void **state)
{
	struct child child = child_start(play_threads);
	pid_t stuck;
	int status;

	(void)state;
	child_go(&child);
	assert_int_equal(child_hears(&child), 'r');
	stuck = fork();
	if (!stuck)
		be_stuck(child.pid);
	assert_int_equal(waitpid(stuck, &status, 0), stuck);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	assert_int_equal(end_of(&child), 0);
	child_end(&child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_left_at_stop_points),
		cmocka_unit_test(test_left_while_frozen),
		cmocka_unit_test(test_frozen_with_a_thread_just_born),
		cmocka_unit_test(test_stuck_with_a_frozen_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
