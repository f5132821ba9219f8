/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Mappings with a known history, and what the page readers say of them: shared by
 * the tests of collect/pagemap*.c.
 */
#ifndef TESTS_PAGES_H
#define TESTS_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "collect/pages/pagemap.h"

#define PRESENT PAGE_IS_PRESENT_BIT
#define FILE_PAGE (PAGE_IS_FILE_BIT | PAGE_IS_PRESENT_BIT)
#define ZERO (PAGE_IS_PRESENT_BIT | PAGE_IS_PFNZERO_BIT)
#define HUGE PAGE_IS_HUGE_BIT
#define GUARD PAGE_IS_GUARD_BIT

#define PAGES_MAX 4096u

/* Filled by pages_setup, the group's fixture. */
extern struct environment environment;
extern uint64_t page;
extern struct procfs *procfs;

int pages_setup(void **state);
int pages_teardown(void **state);

/* Without huge pages: counts are exact only where none fills in. */
char *map(size_t pages, int flags, int fd);
char *map_anon(size_t pages);
void write_page(char *start, size_t index);
void read_page(const char *start, size_t index);

/* Appends the extents of the mapping at start, in a process, by one reader. */
int scan_list(uint32_t pid, enum page_reader reader, const char *start, size_t pages,
	      struct extent_list *list);

/* Categories of each page; also that extents are sorted, disjoint, joined and inside. */
void expand_pages(const struct extent_list *list, const char *start, size_t pages,
		  uint32_t *categories);

/* Both readers say exactly what is expected; READ cannot say HUGE. */
void expect_pages(uint32_t pid, const char *start, size_t pages, const uint32_t *expected);

/* A child that runs prepare(ctx), then waits, stopped, to be killed. */
pid_t start_child(void (*prepare)(void *ctx), void *ctx);
void kill_child(pid_t pid);

#endif
