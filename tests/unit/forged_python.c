/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Starting it, and the forging. */
#include "forged_python.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "arrays/python/find.h"
#include "collect/proc/maps.h"
#include "collect/elf/runtime.h"

#define PYTHON "/usr/bin/python3"
#define SCRIPT_MAX 512u
#define WAIT "print('READY', flush=True)\nsys.stdin.readline()\n"

static int load(void *ctx, uint64_t address, size_t count, uint8_t *buffer, bool *present)
{
	struct target *target = ctx;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	size_t i, p;

	for (i = 0; i < count; i++) {
		uint64_t at = address + i * page;

		present[i] = !memsrc__read(target->truth, at, buffer + i * page, page);
		for (p = 0; present[i] && p < target->patch_count; p++) {
			const struct patch *patch = &target->patches[p];

			if (patch->address < at || patch->address >= at + page)
				continue;
			if (target->loads++ < target->forged_loads)
				memcpy(buffer + (patch->address - address), &patch->word, 8);
		}
	}
	return 0;
}

int forged_python_start(void **state)
{
	return forged_python_run(state, "import sys\n");
}

int forged_python_run(void **state, const char *preface)
{
	static struct target target;
	int in[2], out[2];
	char byte, script[SCRIPT_MAX];

	if (access(PYTHON, X_OK))
		return 0;
	snprintf(script, sizeof(script), "%s%s", preface, WAIT);
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	target.pid = fork();
	if (!target.pid) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		close(in[1]);
		close(out[0]);
		execl(PYTHON, PYTHON, "-c", script, NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	target.in = in[1];
	do
		assert_int_equal(read(out[0], &byte, 1), 1);
	while (byte != '\n');
	close(out[0]);
	assert_int_equal(procfs__open("/proc", &target.procfs), 0);
	assert_int_equal(proc__open(target.procfs, (uint32_t)target.pid, &target.proc), 0);
	assert_int_equal(maps_read(target.proc, &target.vmas), 0);
	assert_int_equal(
		runtime_detect(target.proc, &target.vmas, target.runtime, sizeof(target.runtime)),
		0);
	assert_int_equal(memsrc__open_live(target.proc, (uint64_t)sysconf(_SC_PAGESIZE), PAGES_MAX,
					   &target.truth),
			 0);
	*state = &target;
	return 0;
}

int forged_python_end(void **state)
{
	struct target *target = *state;
	int status;

	if (!target)
		return 0;
	memsrc__close(target->truth);
	close(target->in);
	waitpid(target->pid, &status, 0);
	vma_list__deinit(&target->vmas);
	proc__close(target->proc);
	procfs__close(target->procfs);
	return 0;
}

struct memsrc *forged_memory(struct target *target)
{
	const struct memsrc_backend backend = { .load = load, .ctx = target };
	struct memsrc *memsrc;

	memsrc = memsrc__new(&backend, (uint64_t)sysconf(_SC_PAGESIZE), PAGES_MAX);
	assert_non_null(memsrc);
	return memsrc;
}

int find(struct target *target)
{
	struct py *py = &target->py;
	int err;

	memset(py, 0, sizeof(*py));
	target->why[0] = '\0';
	py->vmas = &target->vmas;
	py->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	py->deadline_ns = UINT64_MAX;
	py->types = py_types__new();
	py->memsrc = forged_memory(target);
	assert_non_null(py->types);
	err = py_find(py, target->proc, target->runtime, target->why, sizeof(target->why));
	py_types__free(py->types);
	memsrc__close(py->memsrc);
	return err;
}

void find_truth(struct target *target)
{
	target->patch_count = 0;
	target->forged_loads = SIZE_MAX;
	assert_int_equal(find(target), 0);
}

uint64_t truth(struct target *target, uint64_t address)
{
	uint64_t word;

	assert_int_equal(memsrc__read(target->truth, address, &word, sizeof(word)), 0);
	return word;
}

void forge(struct target *target, uint64_t address, uint64_t word)
{
	assert_true(target->patch_count < PATCHES);
	assert_int_not_equal(truth(target, address), word);
	target->patches[target->patch_count++] = (struct patch){ address, word };
}

void refused(struct target *target, const char *words)
{
	assert_int_equal(find(target), -ENOENT);
	if (!strstr(target->why, words))
		fail_msg("'%s' where '%s' was to be said", target->why, words);
	find_truth(target);
}
