/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * python_cost PID ROUNDS: milliseconds of looks for the arrays of a Python, as a JSON array; by
 * the clock on the wall, and of our own CPU time, which a busy machine changes less.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arrays/python/python.h"
#include "collect/proc/maps.h"
#include "collect/elf/runtime.h"

/* Above what numpy holds for itself. */
#define MIN_BYTES 1000u
/* Looks are seconds apart; back to back they would meet a host that rations CPU by the 10 ms. */
#define APART_US 20000u

static double now_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

struct cost {
	size_t arrays;
	double ms;
	double cpu_ms;
};

static int one_look(const struct proc *proc, struct cost *cost)
{
	const struct python_options options = {
		.page_bytes = (uint64_t)sysconf(_SC_PAGESIZE),
		.min_bytes = MIN_BYTES,
		.deadline_ms = 10000,
		.max_pages = 1 << 18,
	};
	struct vma_list vmas = { 0 };
	struct array_list list = { 0 };
	struct python_report report;
	char runtime[128];
	double start = now_ms(CLOCK_MONOTONIC), cpu_start = now_ms(CLOCK_PROCESS_CPUTIME_ID);
	size_t i;
	int err;

	err = maps_read(proc, &vmas);
	if (!err)
		err = runtime_detect(proc, &vmas, runtime, sizeof(runtime));
	if (!err)
		err = python_scan(proc, &vmas, runtime, &options, &list, &report);
	cost->ms = now_ms(CLOCK_MONOTONIC) - start;
	cost->cpu_ms = now_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu_start;
	cost->arrays = list.count;
	for (i = 0; i < list.count; i++)
		array_desc__deinit(&list.arrays[i]);
	free(list.arrays);
	vma_list__deinit(&vmas);
	return err;
}

int main(int argc, char **argv)
{
	struct procfs *procfs = NULL;
	struct proc *proc = NULL;
	unsigned long rounds = argc == 3 ? strtoul(argv[2], NULL, 10) : 0, i;
	struct cost cost;
	int err;

	if (!rounds) {
		fprintf(stderr, "usage: python_cost PID ROUNDS\n");
		return 2;
	}
	err = procfs__open("/proc", &procfs);
	if (!err)
		err = proc__open(procfs, (uint32_t)strtoul(argv[1], NULL, 10), &proc);
	printf("[");
	for (i = 0; !err && i < rounds; i++) {
		usleep(APART_US);
		err = one_look(proc, &cost);
		printf("%s{\"arrays\":%zu,\"ms\":%.3f,\"cpu_ms\":%.3f}", i ? "," : "", cost.arrays,
		       cost.ms, cost.cpu_ms);
	}
	printf("]\n");
	proc__close(proc);
	procfs__close(procfs);
	if (err)
		fprintf(stderr, "python_cost: %s\n", strerror(-err));
	return err ? 1 : 0;
}
