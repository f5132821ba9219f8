/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The process that the bench watches, or leaves alone: says "ready", then does
 * what each line of its input asks and answers with one line. Ends with its input.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bare.h"

#define MAX_KEPT 8

struct kept {
	char *start;
	size_t bytes;
};

struct subject {
	size_t page_bytes;
	struct kept kept[MAX_KEPT];
	size_t kept_count;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static char *map(size_t bytes)
{
	char *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (start == MAP_FAILED) {
		perror("subject: mmap");
		exit(1);
	}
	return start;
}

/* One byte written every step bytes. Returns how many. */
static uint64_t write_pages(char *start, size_t bytes, size_t step)
{
	uint64_t written = 0;
	size_t at;

	for (at = 0; at < bytes; at += step, written++)
		((volatile char *)start)[at] = 1;
	return written;
}

/* Map, write each page for the first time, unmap. */
static void fault_once(const struct subject *subject, uint64_t pages)
{
	size_t bytes = pages * subject->page_bytes;
	char *start = map(bytes);

	write_pages(start, bytes, subject->page_bytes);
	munmap(start, bytes);
}

/* faults PAGES CYCLES: nanoseconds a fault, one figure a cycle. */
static void do_faults(const struct subject *subject, uint64_t pages, uint64_t cycles)
{
	while (cycles--) {
		uint64_t start_ns = now_ns();

		fault_once(subject, pages);
		printf("%.3f ", (double)(now_ns() - start_ns) / (double)pages);
	}
	printf("\n");
}

/* getppid CALLS CYCLES: nanoseconds a call, one figure a cycle. */
static void do_getppid(uint64_t calls, uint64_t cycles)
{
	while (cycles--) {
		uint64_t start_ns = now_ns(), left;

		for (left = calls; left; left--)
			syscall(SYS_getppid);
		printf("%.3f ", (double)(now_ns() - start_ns) / (double)calls);
	}
	printf("\n");
}

/* munmap BYTES CYCLES: nanoseconds to unmap as much with one touched page in it. */
static void do_munmap(const struct subject *subject, uint64_t bytes, uint64_t cycles)
{
	while (cycles--) {
		char *start = map(bytes);
		uint64_t start_ns;

		write_pages(start + bytes / 2, subject->page_bytes, subject->page_bytes);
		start_ns = now_ns();
		munmap(start, bytes);
		printf("%llu ", (unsigned long long)(now_ns() - start_ns));
	}
	printf("\n");
}

static int compare_ns(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/*
 * churn CYCLES GAP_US: nanoseconds of mapping, touching and unmapping a page, once every GAP_US:
 * the median, the 99th percentile and the longest.
 */
static void do_churn(const struct subject *subject, uint64_t cycles, uint64_t gap_us)
{
	const struct timespec gap = { .tv_sec = (time_t)(gap_us / 1000000),
				      .tv_nsec = (long)(gap_us % 1000000 * 1000) };
	uint64_t *took = calloc(cycles, sizeof(*took)), i;

	if (!took || !cycles) {
		fprintf(stderr, "subject: no memory for as many cycles\n");
		exit(1);
	}
	for (i = 0; i < cycles; i++) {
		uint64_t start_ns = now_ns();

		fault_once(subject, 1);
		took[i] = now_ns() - start_ns;
		nanosleep(&gap, NULL);
	}
	qsort(took, cycles, sizeof(*took), compare_ns);
	printf("%llu %llu %llu\n", (unsigned long long)took[cycles / 2],
	       (unsigned long long)took[cycles - 1 - cycles / 100],
	       (unsigned long long)took[cycles - 1]);
	free(took);
}

/* One byte read every step bytes: a fault, and the zero page. */
static uint64_t read_pages(const char *start, size_t bytes, size_t step)
{
	uint64_t seen = 0;
	size_t at;

	for (at = 0; at < bytes; at += step, seen++)
		(void)((const volatile char *)start)[at];
	return seen;
}

/* keep, look BYTES STEP: a mapping that stays, one page written, read every STEP bytes. */
static void do_keep(struct subject *subject, bool writing, uint64_t bytes, uint64_t step)
{
	struct kept *kept = &subject->kept[subject->kept_count];
	uint64_t touched;

	if (subject->kept_count == MAX_KEPT) {
		fprintf(stderr, "subject: too many mappings kept\n");
		exit(1);
	}
	subject->kept_count++;
	kept->start = map(bytes);
	kept->bytes = bytes;
	touched = writing ? write_pages(kept->start, bytes, step)
			  : read_pages(kept->start, bytes, step);
	printf("%llu\n", (unsigned long long)touched);
}

static void do_drop(struct subject *subject)
{
	while (subject->kept_count) {
		subject->kept_count--;
		munmap(subject->kept[subject->kept_count].start,
		       subject->kept[subject->kept_count].bytes);
	}
	printf("dropped\n");
}

/* scan: a bare look at the pages of what is kept; how many are there. */
static void do_scan(const struct subject *subject)
{
	uint64_t found = 0;
	size_t i;

	for (i = 0; i < subject->kept_count; i++) {
		const struct kept *kept = &subject->kept[i];
		struct bare_range range = { (uintptr_t)kept->start,
					    (uintptr_t)kept->start + kept->bytes };
		uint64_t pages = 0;

		if (bare_scan(getpid(), &range, 1, &pages)) {
			fprintf(stderr, "subject: cannot scan\n");
			exit(1);
		}
		found += pages;
	}
	printf("%llu\n", (unsigned long long)found);
}

/* forks COUNT: children that end at once, one after the other. */
static void do_forks(uint64_t count)
{
	uint64_t i;

	for (i = 0; i < count; i++) {
		pid_t child = fork();

		if (!child)
			_exit(0);
		if (child < 0 || waitpid(child, NULL, 0) != child) {
			perror("subject: fork");
			exit(1);
		}
	}
	printf("%llu\n", (unsigned long long)count);
}

/*
 * share MS: which part of MS milliseconds this thread could run, in percent. A
 * virtual machine may be taken off its processor without any account of it.
 */
static void do_share(uint64_t ms)
{
	const uint64_t gap_ns = 100000;
	uint64_t start_ns = now_ns(), last_ns = start_ns, lost_ns = 0, at_ns = start_ns;

	while (at_ns - start_ns < ms * 1000000u) {
		at_ns = now_ns();
		if (at_ns - last_ns > gap_ns)
			lost_ns += at_ns - last_ns;
		last_ns = at_ns;
	}
	printf("%.1f\n", 100.0 - 100.0 * (double)lost_ns / (double)(at_ns - start_ns));
}

static bool serve(struct subject *subject, const char *line)
{
	unsigned long long first = 0, second = 0;
	char verb[16];
	int words;

	words = sscanf(line, "%15s %llu %llu", verb, &first, &second);
	if (words == 3 && !strcmp(verb, "faults"))
		do_faults(subject, first, second);
	else if (words == 3 && !strcmp(verb, "getppid"))
		do_getppid(first, second);
	else if (words == 3 && !strcmp(verb, "munmap"))
		do_munmap(subject, first, second);
	else if (words == 3 && !strcmp(verb, "churn"))
		do_churn(subject, first, second);
	else if (words == 3 && !strcmp(verb, "keep") && second)
		do_keep(subject, true, first, second);
	else if (words == 3 && !strcmp(verb, "look") && second)
		do_keep(subject, false, first, second);
	else if (words == 2 && !strcmp(verb, "forks"))
		do_forks(first);
	else if (words == 1 && !strcmp(verb, "scan"))
		do_scan(subject);
	else if (words == 2 && !strcmp(verb, "share"))
		do_share(first);
	else if (words == 1 && !strcmp(verb, "drop"))
		do_drop(subject);
	else
		return false;
	return true;
}

int main(void)
{
	struct subject subject = { .page_bytes = (size_t)sysconf(_SC_PAGESIZE) };
	char line[128];

	setvbuf(stdout, NULL, _IOLBF, 0);
	/* One fault a page, whatever the machine's huge page mode is. */
	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)) {
		perror("subject: PR_SET_THP_DISABLE");
		return 1;
	}
	printf("ready\n");
	while (fgets(line, sizeof(line), stdin)) {
		if (!serve(&subject, line)) {
			fprintf(stderr, "subject: what is: %s", line);
			return 1;
		}
	}
	return 0;
}
