/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A file as it is on the disk and in the page cache, and who maps it. */
#ifndef FACTS_FILE_FACTS_H
#define FACTS_FILE_FACTS_H

#include "facts/cached.h"
#include "facts/file_layout.h"

/* Of the pages on which bytes of a range lie; those at its borders may be its neighbours' too. */
struct file_pages {
	uint64_t pages;
	uint64_t stored;	  /* with data on the disk: not holes */
	struct cached_run cached; /* start and end are offsets in the file, page-aligned */
};

struct file_mapper {
	uint32_t pid;
	char comm[17];	/* untrusted */
	uint64_t bytes; /* of the file, each mapping of it counted */
};

struct file_mappers {
	struct file_mapper *mappers; /* by pid */
	size_t count;
	size_t capacity;
	uint64_t dropped;    /* processes that map it, for which there was no room */
	uint64_t unreadable; /* processes whose mappings we may not read */
};

struct file_facts {
	const char *path; /* as it was named; untrusted; borrowed */
	const char *name; /* its last part, of path */
	uint64_t bytes;
	uint64_t page_bytes;
	bool stored_known;
	struct file_layout layout;
	struct file_pages *pages; /* of the arrays of the layout; owned */
	struct file_pages whole;  /* of the whole file */
	struct file_mappers mappers;
};

static inline void file_facts__deinit(struct file_facts *facts)
{
	file_layout__deinit(&facts->layout);
	free(facts->pages);
	free(facts->mappers.mappers);
	memset(facts, 0, sizeof(*facts));
}

#endif
