/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A real Python whose memory arrives corrupted: looks end in time, in memory, and whole. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "arrays/python/python.h"
#include "collect/maps.h"
#include "collect/runtime.h"

#define PYTHON "/usr/bin/python3"
#define SCRIPT                                                                                     \
	"import numpy as np, sys\n"                                                                \
	"class G: pass\n"                                                                          \
	"g = G(); g.grid = [np.zeros((i % 7, 3)) for i in range(500)]\n"                           \
	"d = {i: {'a': np.ones(i)} for i in range(200)}\n"                                         \
	"print('READY', flush=True); sys.stdin.readline()\n"

struct target {
	pid_t pid;
	int in;
	struct procfs *procfs;
	struct proc *proc;
	struct vma_list vmas;
	char runtime[128];
};

static void start(struct target *target)
{
	int in[2], out[2];
	char byte;

	memset(target, 0, sizeof(*target));
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	target->pid = fork();
	if (!target->pid) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[1]);
		close(out[0]);
		execl(PYTHON, PYTHON, "-c", SCRIPT, NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	target->in = in[1];
	do
		assert_int_equal(read(out[0], &byte, 1), 1);
	while (byte != '\n');
	close(out[0]);
	assert_int_equal(procfs__open("/proc", &target->procfs), 0);
	assert_int_equal(proc__open(target->procfs, (uint32_t)target->pid, &target->proc), 0);
	assert_int_equal(maps_read(target->proc, &target->vmas), 0);
	assert_int_equal(runtime_detect(target->proc, &target->vmas, target->runtime,
					sizeof(target->runtime)),
			 0);
}

static void end(struct target *target)
{
	int status;

	close(target->in);
	waitpid(target->pid, &status, 0);
	vma_list__deinit(&target->vmas);
	proc__close(target->proc);
	procfs__close(target->procfs);
}

/* Passes memory on, with some of its words replaced. */
struct corrupter {
	struct memsrc *truth;
	uint64_t random;
	uint32_t one_in; /* words; 0: none */
};

static uint64_t draw(struct corrupter *corrupter)
{
	corrupter->random ^= corrupter->random << 13;
	corrupter->random ^= corrupter->random >> 7;
	corrupter->random ^= corrupter->random << 17;
	return corrupter->random;
}

static int load(void *ctx, uint64_t address, size_t count, uint8_t *buffer, bool *present)
{
	struct corrupter *corrupter = ctx;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	size_t i, word;

	for (i = 0; i < count; i++) {
		uint64_t *words = (uint64_t *)(void *)(buffer + i * page);

		present[i] = !memsrc__read(corrupter->truth, address + i * page, words, page);
		for (word = 0; present[i] && corrupter->one_in && word < page / 8; word++) {
			if (draw(corrupter) % corrupter->one_in == 0)
				words[word] = draw(corrupter) >> draw(corrupter) % 64;
		}
	}
	return 0;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static size_t scan(struct target *target, uint32_t one_in, uint64_t seed)
{
	const struct python_options options = { .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE),
						.deadline_ms = 2000,
						.max_pages = 1 << 15 };
	struct corrupter corrupter = { NULL, seed * 0x9e3779b97f4a7c15ull, one_in };
	const struct memsrc_backend backend = { .load = load, .ctx = &corrupter };
	struct memsrc *memsrc;
	struct array_list list = { 0 };
	struct python_report report;
	double began = seconds();
	size_t i, found;

	assert_int_equal(
		memsrc__open_live(target->proc, options.page_bytes, 1 << 15, &corrupter.truth), 0);
	memsrc = memsrc__new(&backend, options.page_bytes, options.max_pages);
	assert_non_null(memsrc);
	assert_int_equal(python_scan_memory(memsrc, target->proc, &target->vmas, target->runtime,
					    &options, &list, &report),
			 0);
	assert_true(seconds() - began < 10); /* of 2, under the sanitizers */
	found = list.count;
	for (i = 0; i < list.count; i++) {
		assert_true(list.arrays[i].start <= list.arrays[i].end);
		assert_non_null(list.arrays[i].name);
		array_desc__deinit(&list.arrays[i]);
	}
	free(list.arrays);
	memsrc__close(memsrc);
	memsrc__close(corrupter.truth);
	return found;
}

static void corrupted_memory(void **state)
{
	static const uint32_t one_in[] = { 10000, 1000, 50 };
	struct target target;
	uint64_t seed;
	size_t i;

	(void)state;
	if (access(PYTHON, X_OK))
		skip();
	start(&target);
	/* The truth first: what is corrupted below is really there. */
	assert_true(!strstr(target.runtime, "numpy") || scan(&target, 0, 1) >= 700);
	for (i = 0; i < sizeof(one_in) / sizeof(one_in[0]); i++) {
		for (seed = 1; seed <= 4; seed++)
			scan(&target, one_in[i], seed);
	}
	end(&target);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corrupted_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
