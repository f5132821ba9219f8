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
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "arrays/python/python.h"
#include "collect/proc/maps.h"
#include "collect/elf/runtime.h"
#include "fake_memory.h"

#define PYTHON "/usr/bin/python3"
#define SCRIPT                                                                                     \
	"import numpy as np, sys\n"                                                                \
	"import array, collections, contextvars, itertools, mmap, types, weakref\n"                \
	"class G: pass\n"                                                                          \
	"class S: __slots__ = ('a', '__b')\n"                                                      \
	"g = G(); g.grid = [np.zeros((i % 7, 3)) for i in range(500)]\n"                           \
	"d = {i: {'a': np.ones(i)} for i in range(200)}\n"                                         \
	"s = [S() for _ in range(50)]\n"                                                           \
	"for i in s: i.a = np.ones(9); i._S__b = memoryview(bytearray(70000))\n"                   \
	"def f(x):\n"                                                                              \
	"    try: 1 / 0\n"                                                                         \
	"    except Exception as e: return e\n"                                                    \
	"e = [f(np.ones(5)) for _ in range(50)]\n"                                                 \
	"def gen(x): yield 1\n"                                                                    \
	"n = [gen(np.ones(3)) for _ in range(50)]\n"                                               \
	"for i in n: next(i)\n"                                                                    \
	"b = [b'x' * 70000, 'y' * 70000, array.array('d', bytes(80000)), mmap.mmap(-1, 90000)]\n"  \
	"w = [weakref.ref(g), types.MappingProxyType(d), itertools.chain(b), print.__self__]\n"    \
	"_oh = Out = {3: np.ones(3)}; _3 = Out[3]\n"                                               \
	"def r(k):\n"                                                                              \
	"    u = np.ones(k)\n"                                                                     \
	"    if k: return r(k - 1)\n"                                                              \
	"    sys.stdout.write('READY\\n'); sys.stdout.flush(); sys.stdin.readline()\n"             \
	"r(20)\n"

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
	/* To the end of its line: Python may write it in pieces. */
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

/* What a look may cost: 2 s, and 256 MiB; the time of the sources below comes on top. */
#define DEADLINE_MS 2000u
#define CPU_MS_MAX 2500.0
#define RSS_KIB_MAX (256 << 10)
#define CACHE_PAGES ((128u << 20) / 4096u)

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

static double cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static long peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

static size_t look_at_python(struct target *target, struct memsrc *memsrc, const char **cut)
{
	const struct python_options options = { .page_bytes = (uint64_t)sysconf(_SC_PAGESIZE),
						.deadline_ms = DEADLINE_MS,
						.max_pages = CACHE_PAGES };
	struct array_list list = { 0 };
	struct python_report report;
	size_t i, found;

	assert_int_equal(python_scan_memory(memsrc, target->proc, &target->vmas, target->runtime,
					    &options, &list, &report),
			 0);
	*cut = report.cut;
	found = list.count;
	for (i = 0; i < list.count; i++) {
		assert_true(list.arrays[i].start <= list.arrays[i].end);
		assert_non_null(list.arrays[i].name);
		array_desc__deinit(&list.arrays[i]);
	}
	free(list.arrays);
	return found;
}

/* In a child of its own, whose memory is nobody else's: what it has cost. */
static void within_budget(struct target *target, struct memsrc *memsrc)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		double began = cpu_ms();
		long kib = peak_kib();
		const char *cut;

		look_at_python(target, memsrc, &cut);
		began = cpu_ms() - began;
		kib = peak_kib() - kib;
		print_message("%.0f ms, %ld KiB, %s\n", began, kib, cut ? cut : "not cut");
#ifdef SANITIZED
		kib = 0; /* the sanitizers' own memory is counted too */
		began /= 3;
#endif
		_exit(began > CPU_MS_MAX ? 2 : kib > RSS_KIB_MAX ? 3 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void scan(struct target *target, uint32_t one_in, uint64_t seed)
{
	uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	struct corrupter corrupter = { NULL, seed * 0x9e3779b97f4a7c15ull, one_in };
	const struct memsrc_backend backend = { .load = load, .ctx = &corrupter };
	struct memsrc *memsrc;
	const char *cut;

	assert_int_equal(memsrc__open_live(target->proc, page_bytes, 1 << 15, &corrupter.truth), 0);
	memsrc = memsrc__new(&backend, page_bytes, CACHE_PAGES);
	assert_non_null(memsrc);
	/* The truth first: what is corrupted below is really there. */
	if (!one_in)
		assert_true(!strstr(target->runtime, "numpy") ||
			    look_at_python(target, memsrc, &cut) >= 700);
	else
		within_budget(target, memsrc);
	memsrc__close(memsrc);
	memsrc__close(corrupter.truth);
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
	scan(&target, 0, 1);
	for (i = 0; i < sizeof(one_in) / sizeof(one_in[0]); i++) {
		for (seed = 1; seed <= 4; seed++)
			scan(&target, one_in[i], seed);
	}
	end(&target);
}

/*
 * Memory without end, where every object is a list of three others: and what is not read from it
 * is the truth, so that a look begins as ever.
 */
struct forest {
	struct memsrc *truth;
	uint64_t list_type;
	uint64_t start; /* all from here on is made up */
	uint64_t bytes;
};

#define TREE_BYTES 64u

static uint64_t some_tree(const struct forest *forest, uint64_t seed)
{
	seed = (seed ^ seed >> 31) * 0x9e3779b97f4a7c15ull;
	seed = (seed ^ seed >> 29) * 0xbf58476d1ce4e5b9ull;
	return forest->start + (seed >> 8) % (forest->bytes / TREE_BYTES) * TREE_BYTES;
}

static int load_forest(void *ctx, uint64_t address, size_t count, uint8_t *buffer, bool *present)
{
	const struct forest *forest = ctx;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), at;
	size_t i;

	for (i = 0; i < count; i++) {
		uint64_t *words = (uint64_t *)(void *)(buffer + i * page);

		address += i ? page : 0;
		present[i] = address >= forest->start && address < forest->start + forest->bytes;
		if (!present[i])
			continue;
		for (at = address; at < address + page; at += TREE_BYTES, words += 8) {
			const uint64_t tree[8] = { 1,
						   forest->list_type,
						   3,
						   at + 40,
						   3,
						   some_tree(forest, at),
						   some_tree(forest, at + 1),
						   some_tree(forest, at + 2) };

			memcpy(words, tree, sizeof(tree));
		}
	}
	return 0;
}

static int found_none(void *ctx, uint64_t object, size_t node)
{
	(void)ctx;
	(void)object;
	(void)node;
	return 0;
}

static void walk_forest(uint64_t bytes)
{
	static struct fake_memory memory;
	struct forest forest = { .start = 0x100000000000ull, .bytes = bytes };
	struct memsrc_backend backend = { .load = load_forest, .ctx = &forest };
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		double began = cpu_ms();
		long kib = peak_kib();
		struct py_walk walk;
		struct py py;

		fake_memory__init(&memory, &py);
		forest.list_type = memory.list;
		assert_non_null(py_type_at(&py, memory.list));
		/* The type is known by now: all else is the forest. */
		memsrc__close(py.memsrc);
		py.memsrc = memsrc__new(&backend, FAKE_PAGE, CACHE_PAGES);
		assert_int_equal(py_walk__init(&walk, &py), 0);
		walk.found = found_none;
		assert_int_equal(py_walk__push_root(&walk, forest.start, "root"), 0);
		assert_int_equal(py_walk__run(&walk), 0);
		began = cpu_ms() - began;
		kib = peak_kib() - kib;
		print_message("%zu objects, %.0f ms, %ld KiB, %s\n", walk.count, began, kib,
			      py.cut ? py.cut : "not cut");
		py_walk__deinit(&walk);
		fake_memory__deinit(&py);
#ifdef SANITIZED
		kib = 0;
		began /= 3;
#endif
		_exit(began > CPU_MS_MAX ? 2 : kib > RSS_KIB_MAX ? 3 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* Few pages of many objects, and many pages of few: both of the walk's budgets. */
static void objects_without_end(void **state)
{
	(void)state;
	walk_forest(64ull << 20);
	walk_forest(16ull << 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corrupted_memory),
		cmocka_unit_test(objects_without_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
