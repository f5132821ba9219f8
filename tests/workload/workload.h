/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Named scenarios: small programs that touch memory in one known way, at
 * addresses known before they run, with prime counts.
 */
#ifndef WORKLOAD_WORKLOAD_H
#define WORKLOAD_WORKLOAD_H

#include <sys/types.h>

#include "books.h"

/* Arrays lie here, 1 GiB apart: free on every 64-bit layout down to 39 bits. */
#define ARENA 0x2000000000ull
#define SLOT(number) (ARENA + ((uint64_t)(number) << 30))

enum scenario_flags {
	NEEDS_THP = 1 << 0,
	NOT_ONE_THREAD = 1 << 1, /* thread stacks, children: ru_minflt has more than the books */
	ENDS_EARLY = 1 << 2,	 /* ends by itself after its books: no DONE */
	NEW_IMAGE = 1 << 3,	 /* execs: ru_minflt has the loader's faults as well */
	HAS_CHILD = 1 << 4, /* one child lives on until the end; books named child.* are its own */
	NEEDS_SWAP = 1 << 5,
	NEEDS_HUGETLB = 1 << 6,
};

struct scenario_array {
	const char *name;
	uint64_t start; /* of its first page */
	size_t pages;
	size_t head; /* the array begins so many bytes into its first page */
	size_t tail; /* and ends so many bytes before the end of its last page */
};

#define ARRAYS_MAX 4

struct workload {
	struct books books;
	bool wait;	  /* for a line on stdin at READY and at DONE */
	const char *self; /* to exec again */
	pid_t child;
	uint64_t stray; /* faults outside every mapping */
	char skip[160]; /* why this machine cannot play the scenario */
};

struct scenario {
	const char *name;
	const char *about;
	void (*early)(struct workload *workload); /* before READY; may be NULL */
	void (*run)(struct workload *workload);
	unsigned int flags;
	struct scenario_array arrays[ARRAYS_MAX];
};

extern const struct scenario touch_scenarios[], life_scenarios[], process_scenarios[],
	file_scenarios[], huge_scenarios[], swap_scenarios[];

/* Prints the books and ends the line; says DONE and waits if asked to. */
void workload__books(struct workload *workload, const struct scenario *scenario);

/* mmap of private zeros exactly there, or the end. */
void map_fixed(const struct workload *workload, uint64_t start, size_t pages, int flags);
/* The same for a book: maps it and enters it. */
struct book *map_book(struct workload *workload, const char *name, uint64_t start, size_t pages);

#endif
