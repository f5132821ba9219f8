/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The engine over real children, in the scan tier: looking takes nothing away. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "model/moment_lists.h"
#include "model/moment_sum.h"

#define PAGES 37u

struct child {
	pid_t pid;
	int go; /* a byte: it ends */
};

static void play_child(int said, int go, size_t page)
{
	char byte = 0, *block;

	block = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (block == MAP_FAILED)
		_exit(1);
	memset(block, 1, PAGES * page);
	if (write(said, &byte, 1) != 1)
		_exit(1);
	_exit(read(go, &byte, 1) != 1);
}

static struct child new_child(void)
{
	int said[2], go[2];
	struct child child;
	char byte;

	assert_int_equal(pipe2(said, O_CLOEXEC), 0);
	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	child.pid = fork();
	assert_true(child.pid >= 0);
	if (!child.pid) {
		close(go[1]);
		play_child(said[1], go[0], (size_t)sysconf(_SC_PAGESIZE));
	}
	close(said[1]);
	close(go[0]);
	assert_int_equal(read(said[0], &byte, 1), 1);
	close(said[0]);
	child.go = go[1];
	return child;
}

static void end_child(const struct child *child)
{
	int status;

	assert_int_equal(write(child->go, "", 1), 1);
	close(child->go);
	assert_int_equal(waitpid(child->pid, &status, 0), child->pid);
	assert_int_equal(status, 0);
}

static struct engine *new_engine(void)
{
	const struct engine_options options = { .backend = FAULTS_NONE };
	struct engine *engine = NULL;

	assert_int_equal(engine__new(&options, &engine), 0);
	return engine;
}

static uint64_t shared_pages(const struct process_moment *process)
{
	struct process_lists lists;
	uint64_t bytes = 0;
	size_t i;

	assert_int_equal(process_lists__of(process, &lists), 0);
	for (i = 0; i < lists.runs.count; i++) {
		if (lists.runs.runs[i].state == PAGE_SHMEM)
			bytes += lists.runs.runs[i].end - lists.runs.runs[i].start;
	}
	process_lists__deinit(&lists);
	return bytes / (uint64_t)sysconf(_SC_PAGESIZE);
}

static void looking_takes_nothing(void **state)
{
	struct engine *engine = new_engine();
	struct child one = new_child(), two = new_child();
	struct moment first, again, report;

	(void)state;
	assert_int_equal(engine__attach(engine, (uint32_t)one.pid), 0);
	assert_int_equal(engine__attach(engine, (uint32_t)two.pid), 0);
	assert_int_equal(engine__snapshot(engine, (uint32_t)one.pid, &first), 0);
	assert_int_equal(engine__snapshot(engine, (uint32_t)one.pid, &again), 0);
	assert_int_equal(engine__report(engine, &report), 0);
	assert_int_equal(first.process_count, 1);
	assert_int_equal(again.process_count, 1);
	assert_int_equal(report.process_count, 2);
	assert_int_equal(first.processes[0].header.facts.pid, one.pid);
	assert_int_equal(shared_pages(&first.processes[0]), PAGES);
	assert_int_equal(shared_pages(&again.processes[0]), PAGES);
	assert_int_equal(shared_pages(&report.processes[0]), PAGES);
	assert_int_equal(report.header.rest.count, 0);
	assert_true(report.header.complete && report.processes[0].header.complete);
	moment__deinit(&first);
	moment__deinit(&again);
	moment__deinit(&report);
	engine__free(engine);
	end_child(&one);
	end_child(&two);
}

/* A process that stands still has its lists once, however many moments are kept of it. */
static void stillness_is_shared(void **state)
{
	struct engine *engine = new_engine();
	struct child one = new_child();
	struct moment_sum sum = { 0 };
	struct moment first, again;
	unsigned int i;

	(void)state;
	assert_int_equal(engine__attach(engine, (uint32_t)one.pid), 0);
	assert_int_equal(engine__report(engine, &first), 0);
	assert_int_equal(engine__report(engine, &again), 0);
	assert_int_equal(moment__share(&first, NULL), 0);
	assert_int_equal(moment__share(&again, &first), 0);
	for (i = 0; i < MOMENT_LISTS; i++)
		assert_ptr_equal(first.processes[0].lists[i], again.processes[0].lists[i]);
	moment_sum__add(&sum, &first);
	assert_int_equal(sum.bytes, moment__bytes(&first));
	moment_sum__add(&sum, &again);
	assert_int_equal(sum.bytes, moment__bytes(&first) + sizeof(struct moment) +
					    sizeof(struct process_moment));
	moment_sum__take(&sum, &first);
	moment__deinit(&first);
	engine__free(engine);
	end_child(&one);
	assert_int_equal(shared_pages(&again.processes[0]), PAGES);
	moment_sum__take(&sum, &again);
	assert_int_equal(sum.bytes, 0);
	moment__deinit(&again);
}

/* A process that ended has one row more, and then none. */
static void an_end_is_told_once(void **state)
{
	struct engine *engine = new_engine();
	struct child one = new_child(), two = new_child();
	enum engine_event event;
	struct moment report;

	(void)state;
	assert_int_equal(engine__attach(engine, (uint32_t)one.pid), 0);
	assert_int_equal(engine__attach(engine, (uint32_t)two.pid), 0);
	end_child(&one);
	/* The timer is heard of after what came before it. */
	assert_int_equal(engine__set_interval(engine, 1000000), 0);
	assert_int_equal(engine__next(engine, &event), 0);
	assert_int_equal(event, ENGINE_TICK);
	assert_int_equal(engine__report(engine, &report), 0);
	assert_int_equal(report.process_count, 2);
	assert_true(report.processes[0].header.exited && !report.processes[1].header.exited);
	moment__deinit(&report);
	assert_int_equal(engine__report(engine, &report), 0);
	assert_int_equal(report.process_count, 1);
	assert_int_equal(report.processes[0].header.facts.pid, two.pid);
	moment__deinit(&report);
	end_child(&two);
	do {
		assert_int_equal(engine__next(engine, &event), 0);
	} while (event == ENGINE_TICK);
	assert_int_equal(event, ENGINE_ENDED);
	engine__free(engine);
}

static void nobody_is_attached_twice(void **state)
{
	struct engine *engine = new_engine();
	struct child one = new_child();
	struct moment report;

	(void)state;
	assert_int_equal(engine__attach(engine, (uint32_t)one.pid), 0);
	assert_int_equal(engine__attach(engine, (uint32_t)one.pid), 0);
	assert_int_equal(engine__report(engine, &report), 0);
	assert_int_equal(report.process_count, 1);
	moment__deinit(&report);
	assert_int_equal(engine__snapshot(engine, (uint32_t)getpid(), &report), 0);
	assert_int_equal(report.process_count, 0);
	moment__deinit(&report);
	end_child(&one);
	assert_int_equal(engine__attach(engine, (uint32_t)one.pid), -ESRCH);
	engine__free(engine);
}

/* Signals are the engine's while it lives, and what they were before after it. */
static void signals_are_events(void **state)
{
	struct engine *engine = new_engine();
	struct child one = new_child();
	enum engine_event event;
	sigset_t mask;

	(void)state;
	assert_int_equal(engine__attach(engine, (uint32_t)one.pid), 0);
	kill(getpid(), SIGTERM);
	assert_int_equal(engine__next(engine, &event), 0);
	assert_int_equal(event, ENGINE_INTERRUPTED);
	assert_int_equal(engine__take_signal(engine), SIGTERM);
	assert_int_equal(engine__take_signal(engine), 0);
	/* One that nobody has waited for is taken as well. */
	kill(getpid(), SIGINT);
	assert_int_equal(engine__take_signal(engine), SIGINT);
	kill(getpid(), SIGUSR1);
	assert_int_equal(engine__next(engine, &event), 0);
	assert_int_equal(event, ENGINE_ASKED);
	engine__free(engine);
	assert_int_equal(sigprocmask(SIG_BLOCK, NULL, &mask), 0);
	assert_false(sigismember(&mask, SIGTERM) || sigismember(&mask, SIGINT));
	end_child(&one);
}

/* What can be read is told again and again until it was read, and does not hold up the rest. */
static void input_is_told(void **state)
{
	struct engine *engine = new_engine();
	struct child child = new_child();
	enum engine_event event;
	int ends[2];
	char byte;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(engine__attach(engine, (uint32_t)child.pid), 0);
	assert_int_equal(engine__watch_input(engine, ends[0]), 0);
	assert_int_equal(write(ends[1], "k", 1), 1);
	assert_int_equal(engine__next(engine, &event), 0);
	assert_int_equal(event, ENGINE_INPUT);
	assert_int_equal(engine__next(engine, &event), 0);
	assert_int_equal(event, ENGINE_INPUT);
	assert_int_equal(engine__set_interval(engine, 1000000), 0);
	while (event != ENGINE_TICK)
		assert_int_equal(engine__next(engine, &event), 0);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	/* Its end is something to read, too. */
	close(ends[1]);
	while (event != ENGINE_INPUT)
		assert_int_equal(engine__next(engine, &event), 0);
	close(ends[0]);
	engine__free(engine);
	end_child(&child);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(input_is_told),
		cmocka_unit_test(looking_takes_nothing),
		cmocka_unit_test(stillness_is_shared),
		cmocka_unit_test(an_end_is_told_once),
		cmocka_unit_test(nobody_is_attached_twice),
		cmocka_unit_test(signals_are_events),
	};

	return cmocka_run_group_tests_name("engine_session", tests, NULL, NULL);
}
