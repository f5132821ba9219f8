/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * heap [--wait] LOG SCENARIO [SEED OPERATIONS THREADS]
 * Prints READY (with --wait: and reads a line), plays, writes LOG.PID, prints DONE (and reads a
 * line). Sizes are primes. Unless the scenario is "mapped" glibc gives nothing back.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "heap_log.h"

#define SLOTS 11
#define THREADS_MAX 16

struct heap_run {
	const char *log;
	const char *self;
	bool wait;
	uint64_t seed;
	unsigned int operations;
	unsigned int threads;
};

static void *shared[THREADS_MAX]; /* blocks on their way to another thread */

static void say_phase(const struct heap_run *run, const char *word)
{
	char byte;

	printf("%s %d\n", word, (int)getpid());
	fflush(stdout);
	while (run->wait && read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n')
		;
}

static void calls(struct heap_run *run)
{
	void *block;

	(void)run;
	log_malloc(100003);
	log_calloc(10007, 13);
	log_realloc(NULL, 150001);
	log_reallocarray(NULL, 1009, 101);
	log_aligned_alloc(64, 200000);
	log_posix_memalign(4096, 300007);
	log_memalign(256, 130003);
	log_valloc(170003);
	log_malloc(65535);
	log_malloc(65536);
	block = log_malloc(140009);
	log_malloc(101);
	log_free(block);
	log_free(NULL);
}

static void resizing(struct heap_run *run)
{
	void *grows = log_malloc(700001), *stays = log_malloc(90001), *shrinks, *to_none, *to_small;

	(void)run;
	shrinks = log_malloc(1300021);
	log_malloc(101);
	to_none = log_malloc(110017);
	log_malloc(101);
	to_small = log_malloc(120011);
	log_malloc(101);
	log_realloc(grows, 1100009);
	log_realloc(shrinks, 400009);
	log_realloc(stays, 90001);
	log_realloc(to_none, 0);
	log_realloc(to_small, 211);
	log_realloc(log_malloc(223), 80021);
}

static void failing(struct heap_run *run)
{
	volatile size_t huge = SIZE_MAX / 2, zero = 0;
	void *kept = log_malloc(160001), *also = log_malloc(180001);

	(void)run;
	log_malloc(huge);
	log_calloc(huge, 4);
	log_realloc(kept, huge);
	log_reallocarray(also, huge, 3);
	log_reallocarray(also, huge / 2 + 1, 8);
	log_posix_memalign(3, 200003);
	log_aligned_alloc(64, huge);
	log_free(NULL);
	log_free(log_realloc(NULL, zero));
	log_calloc(zero, 8);
}

static void *free_it(void *block)
{
	log_free(block);
	return log_malloc(260003);
}

static void other_thread(struct heap_run *run)
{
	void *block = log_malloc(500009), *result;
	pthread_t thread;

	(void)run;
	log_malloc(101);
	if (pthread_create(&thread, NULL, free_it, block) || pthread_join(thread, &result))
		abort();
}

/* The parent stays in its fork until the child has written its log, and lets it live on. */
static void forking(struct heap_run *run)
{
	void *both = log_malloc(310019), *of_child = log_malloc(410009),
	     *grows = log_malloc(230003);
	int pipe_fds[2];
	pid_t child;
	char byte;

	log_malloc(101);
	if (pipe(pipe_fds))
		abort();
	fflush(stdout);
	child = fork();
	if (!child) {
		log_free(of_child);
		log_malloc(77003);
		log_realloc(grows, 640007);
		if (log_dump(run->log) || write(pipe_fds[1], "", 1) != 1)
			abort();
		while (run->wait)
			pause();
		_exit(0);
	}
	if (read(pipe_fds[0], &byte, 1) != 1)
		abort();
	log_free(both);
	log_malloc(88001);
	printf("CHILD %d\n", (int)child);
}

static void exec_again(struct heap_run *run)
{
	log_malloc(350003);
	fflush(stdout);
	if (run->wait)
		execl(run->self, run->self, "--wait", run->log, "calls", NULL);
	else
		execl(run->self, run->self, run->log, "calls", NULL);
	abort();
}

/* Above the threshold: what is freed goes back to the kernel at once. */
static void mapped(struct heap_run *run)
{
	void *freed = log_malloc(40000003), *lives = log_malloc(3000017);
	void *moves = log_malloc(2000003);

	(void)run;
	log_free(freed);
	log_realloc(moves, 7000003);
	log_calloc(5000011, 1);
	/* In the place of the freed one, and none of malloc's. */
	if (mmap(NULL, 40001536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		 -1, 0) == MAP_FAILED)
		abort();
	if (!lives)
		abort();
}

static void reuse(struct heap_run *run)
{
	void *first = log_malloc(1000003), *second;

	(void)run;
	log_malloc(101);
	log_free(first);
	second = log_malloc(300007);
	log_malloc(200003);
	log_free(second);
	log_malloc(70001);
}

/* Not in the log: freed with nothing of it in memory but its first page, it is nobody's row. */
static void untouched(struct heap_run *run)
{
	void *volatile block = malloc(20000003);

	(void)run;
	if (!block)
		abort();
	free(block);
	log_malloc(100003);
}

static uint64_t draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static size_t draw_bytes(uint64_t *state)
{
	uint64_t kind = draw(state) % 8, random = draw(state);

	if (kind < 2)
		return random % 60000 + 1;
	if (kind == 2)
		return 65533 + random % 7;
	return kind < 7 ? 65536 + random % 200000 : 300000 + random % 700000;
}

static void *draw_block(uint64_t *state, size_t bytes)
{
	switch (draw(state) % 8) {
	case 0:
		return log_calloc(1, bytes);
	case 1:
		return log_aligned_alloc(256, (bytes + 255) / 256 * 256);
	case 2:
		return log_posix_memalign(4096, bytes);
	case 3:
		return log_realloc(NULL, bytes);
	default:
		return log_malloc(bytes);
	}
}

static void one_operation(uint64_t *state, void **slots)
{
	void **slot = &slots[draw(state) % SLOTS];
	size_t bytes = draw_bytes(state);

	switch (draw(state) % 8) {
	case 0:
	case 1:
		*slot = *slot ? log_realloc(*slot, bytes) : log_reallocarray(NULL, bytes, 1);
		break;
	case 2:
		*slot = __atomic_exchange_n(&shared[draw(state) % THREADS_MAX], *slot,
					    __ATOMIC_ACQ_REL);
		break;
	default:
		log_free(*slot);
		*slot = draw(state) % 3 ? draw_block(state, bytes) : NULL;
	}
}

struct thread_run {
	pthread_t thread;
	uint64_t state;
	unsigned int operations;
};

static void *play_thread(void *ctx)
{
	struct thread_run *thread = ctx;
	void *slots[SLOTS] = { NULL };
	unsigned int i;

	for (i = 0; i < thread->operations; i++)
		one_operation(&thread->state, slots);
	return NULL;
}

static void random_threads(struct heap_run *run)
{
	static struct thread_run threads[THREADS_MAX];
	unsigned int i;

	for (i = 0; i < run->threads; i++) {
		threads[i].state = (run->seed * 1000003 + i + 1) * 0x9e3779b97f4a7c15ull | 1;
		threads[i].operations = run->operations;
		if (pthread_create(&threads[i].thread, NULL, play_thread, &threads[i]))
			abort();
	}
	for (i = 0; i < run->threads; i++)
		pthread_join(threads[i].thread, NULL);
}

static void all(struct heap_run *run)
{
	calls(run);
	resizing(run);
	failing(run);
	other_thread(run);
	reuse(run);
}

static const struct {
	const char *name;
	void (*play)(struct heap_run *run);
} scenarios[] = {
	{ "calls", calls },	      { "resizing", resizing },
	{ "failing", failing },	      { "other_thread", other_thread },
	{ "forking", forking },	      { "exec", exec_again },
	{ "mapped", mapped },	      { "reuse", reuse },
	{ "untouched", untouched },   { "all", all },
	{ "random", random_threads },
};

int main(int argc, char **argv)
{
	struct heap_run run = { .self = "/proc/self/exe", .threads = 1 };
	size_t i;

	if (argc > 1 && !strcmp(argv[1], "--wait")) {
		run.wait = true;
		argv++;
		argc--;
	}
	if (argc < 3)
		return 2;
	run.log = argv[1];
	if (argc > 5) {
		run.seed = strtoull(argv[3], NULL, 10);
		run.operations = (unsigned int)strtoul(argv[4], NULL, 10);
		run.threads = (unsigned int)strtoul(argv[5], NULL, 10);
	}
	if (strcmp(argv[2], "mapped")) {
		mallopt(M_MMAP_THRESHOLD, 1 << 25);
		mallopt(M_TRIM_THRESHOLD, 1 << 30);
		mallopt(M_ARENA_MAX, 1);
	}
	for (i = 0; i < sizeof(scenarios) / sizeof(*scenarios); i++) {
		if (strcmp(scenarios[i].name, argv[2]))
			continue;
		say_phase(&run, "READY");
		scenarios[i].play(&run);
		if (log_dump(run.log))
			return 3;
		say_phase(&run, "DONE");
		return 0;
	}
	return 2;
}
