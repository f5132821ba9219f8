/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Each state of a traced thread, reached by a real child. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control_children.h"

static _Alignas(16) char stack[1 << 16]; /* of a child in our memory */

static int play_exit(void)
{
	return 3;
}

static void test_held_at_its_exit(void **state)
{
	struct child child = child_start(play_exit);
	struct watched *watched = watched_new(false);
	const struct process *held;

	(void)state;
	assert_int_equal(tracer__seize(watched->tracer, child.pid), 0);
	assert_int_equal(watched_state(watched, child.pid), THREAD_RUNS);
	child_go(&child);
	WATCHED_UNTIL(watched, (held = tracer__held(watched->tracer)));
	assert_int_equal(held->pid, child.pid);
	assert_false(held->in_time);
	assert_int_equal(watched_state(watched, child.pid), THREAD_AT_EXIT);
	tracer__release(watched->tracer, child.pid);
	assert_int_equal(watched_state(watched, child.pid), THREAD_PAST_EXIT);
	WATCHED_UNTIL(watched, watched->ends);
	assert_int_equal(watched->status, 3 << 8);
	assert_int_equal(tracer__count(watched->tracer), 0);
	watched_free(watched);
	child_end(&child);
}

static int play_marked_twice(void)
{
	marked();
	marked();
	return 5;
}

static void test_held_at_its_stop_point(void **state)
{
	struct child child = child_start(play_marked_twice);
	struct watched *watched = watched_new(false);

	(void)state;
	assert_int_equal(tracer__seize(watched->tracer, child.pid), 0);
	watched_arm(watched, &child);
	watched->answer = TRACER_HOLD;
	child_go(&child);
	WATCHED_UNTIL(watched, tracer__held(watched->tracer));
	assert_true(tracer__held(watched->tracer)->in_time);
	assert_int_equal(watched_state(watched, child.pid), THREAD_STANDS);
	tracer__release(watched->tracer, child.pid);
	/* Neither its second way through nor its exit stops it any more. */
	WATCHED_UNTIL(watched, watched->ends);
	assert_int_equal(watched->stops, 1);
	assert_int_equal(watched->status, 5 << 8);
	watched_free(watched);
	child_end(&child);
}

/* A stop point that stays: the thread that was kept there steps over it. */
static void test_kept_each_time(void **state)
{
	struct child child = child_start(play_marked_twice);
	struct watched *watched = watched_new(false);
	int i;

	(void)state;
	assert_int_equal(tracer__seize(watched->tracer, child.pid), 0);
	watched_arm(watched, &child);
	watched->answer = TRACER_KEEP;
	child_go(&child);
	for (i = 1; i <= 2; i++) {
		WATCHED_UNTIL(watched, tracer__kept(watched->tracer, child.pid));
		assert_int_equal(watched->stops, i);
		assert_int_equal(watched_state(watched, child.pid), THREAD_AT_POINT);
		tracer__resume(watched->tracer, child.pid);
		assert_int_equal(watched_state(watched, child.pid), THREAD_STEPS);
	}
	WATCHED_UNTIL(watched, tracer__held(watched->tracer));
	assert_int_equal(watched->stops, 2);
	tracer__release(watched->tracer, child.pid);
	WATCHED_UNTIL(watched, watched->ends);
	assert_int_equal(watched->status, 5 << 8);
	watched_free(watched);
	child_end(&child);
}

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
	(void)number;
	signals++;
}

static int play_count_signals(void)
{
	signal(SIGUSR1, count_signal);
	child_say('r');
	while (!signals)
		pause();
	return signals;
}

static void test_a_signal_waits_for_the_thaw(void **state)
{
	struct child child = child_start(play_count_signals);
	struct watched *watched = watched_new(false);

	(void)state;
	assert_int_equal(tracer__seize(watched->tracer, child.pid), 0);
	child_go(&child);
	assert_int_equal(child_hears(&child), 'r');
	tracer__freeze(watched->tracer, child.pid);
	kill(child.pid, SIGUSR1);
	WATCHED_UNTIL(watched, tracer__is_still(watched->tracer, child.pid));
	assert_int_equal(watched_state(watched, child.pid), THREAD_STANDS);
	tracer__thaw(watched->tracer, child.pid);
	WATCHED_UNTIL(watched, tracer__held(watched->tracer));
	tracer__release(watched->tracer, child.pid);
	WATCHED_UNTIL(watched, watched->ends);
	assert_int_equal(watched->status, 1 << 8);
	watched_free(watched);
	child_end(&child);
}

static int play_say_twice(void)
{
	child_say('1');
	child_hear();
	child_say('2');
	return 0;
}

static void test_stopped_by_somebody_else(void **state)
{
	struct child child = child_start(play_say_twice);
	struct watched *watched = watched_new(false);

	(void)state;
	assert_int_equal(tracer__seize(watched->tracer, child.pid), 0);
	child_go(&child);
	assert_int_equal(child_hears(&child), '1');
	kill(child.pid, SIGSTOP);
	WATCHED_UNTIL(watched, watched_state(watched, child.pid) == THREAD_LISTENS);
	assert_true(tracer__is_stopped_by_others(watched->tracer, child.pid));
	watched_free(watched);
	/* Left, and stopped again: for an instant it runs, in the kernel. */
	alarm(60);
	while (state_letter(child.pid) != 'T')
		sched_yield();
	alarm(0);
	kill(child.pid, SIGCONT);
	child_go(&child);
	assert_int_equal(child_hears(&child), '2');
	child_end(&child);
}

static int status_of(pid_t pid)
{
	int status;

	waitpid(pid, &status, __WALL);
	return status >> 8 | (status & 0x7f);
}

static int play_fork(void)
{
	pid_t pid = fork();

	if (!pid) {
		marked();
		_exit(7);
	}
	return status_of(pid);
}

static int play_vfork(void)
{
	pid_t pid = vfork();
	int status;

	if (!pid) {
		marked();
		_exit(7);
	}
	status = status_of(pid);
	marked();
	return status;
}

static int run_clone(void *argument)
{
	marked();
	_exit((int)(intptr_t)argument);
}

static int play_clone_vm(void)
{
	int status = status_of(
		clone(run_clone, stack + sizeof(stack), CLONE_VM | SIGCHLD, (void *)(intptr_t)7));

	marked();
	return status;
}

/* Stops of the process itself; whatever it makes passes the stop point and ends with 7. */
static void check_child(int (*play)(void), bool follow_children, int stops)
{
	struct child child = child_start(play);
	struct watched *watched = watched_new(follow_children);
	const struct process *held;

	assert_int_equal(tracer__seize(watched->tracer, child.pid), 0);
	watched_arm(watched, &child);
	watched->answer = TRACER_GO_ON;
	child_go(&child);
	while (tracer__process(watched->tracer, child.pid)) {
		held = tracer__held(watched->tracer);
		if (held)
			tracer__release(watched->tracer, held->pid);
		else
			watched_wait(watched);
	}
	assert_int_equal(watched->stops, stops);
	assert_int_equal(watched->status, 7 << 8);
	watched_free(watched);
	child_end(&child);
}

static void test_children(void **state)
{
	(void)state;
	/* A followed child is born with the stop point, and stops there itself. */
	check_child(play_fork, false, 0);
	check_child(play_fork, true, 1);
	check_child(play_vfork, false, 1);
	check_child(play_vfork, true, 1);
	check_child(play_clone_vm, false, 1);
	check_child(play_clone_vm, true, 1);
}

static void *run_exec(void *argument)
{
	dup2(child_in, STDIN_FILENO);
	execl("/bin/sh", "sh", "-c", "read line; exit 7", (char *)NULL);
	return argument;
}

static int play_exec_of_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, run_exec, NULL);
	pthread_join(thread, NULL);
	return 1;
}

static void test_another_thread_executes_a_program(void **state)
{
	struct child child = child_start(play_exec_of_thread);
	struct watched *watched = watched_new(false);

	(void)state;
	assert_int_equal(tracer__seize(watched->tracer, child.pid), 0);
	child_go(&child);
	WATCHED_UNTIL(watched, watched->execs);
	assert_int_equal(tracer__threads(watched->tracer, child.pid), 1);
	assert_int_equal(watched_state(watched, child.pid), THREAD_RUNS);
	assert_int_equal(write(child.go, "\n", 1), 1);
	WATCHED_UNTIL(watched, tracer__held(watched->tracer));
	tracer__release(watched->tracer, child.pid);
	WATCHED_UNTIL(watched, watched->ends);
	assert_int_equal(watched->status, 7 << 8);
	watched_free(watched);
	child_end(&child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_held_at_its_exit),
		cmocka_unit_test(test_held_at_its_stop_point),
		cmocka_unit_test(test_kept_each_time),
		cmocka_unit_test(test_a_signal_waits_for_the_thaw),
		cmocka_unit_test(test_stopped_by_somebody_else),
		cmocka_unit_test(test_children),
		cmocka_unit_test(test_another_thread_executes_a_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
