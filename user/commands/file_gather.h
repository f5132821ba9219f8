/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What is known of a file: from its header, its disk, the page cache, and the processes. */
#ifndef COMMANDS_FILE_GATHER_H
#define COMMANDS_FILE_GATHER_H

#include "collect/pages/page_cache.h"
#include "collect/proc/procfs.h"
#include "facts/file_facts.h"
#include "model/rows/tally.h"

/* An open file, whose header has been read. */
struct file_source {
	int fd;
	struct page_cache cache;
	struct file_facts facts;
};

/*
 * A regular file. On failure it is logged, and the exit status is returned; else -1. The caller
 * closes *ret in each case.
 */
int file_source__open(struct file_source *ret, const char *path, struct procfs *procfs);
void file_source__close(struct file_source *source);

/* How a range is in the page cache, in so many cells; resident: cached. 0 or -ENOMEM. */
int file_source__heat(const struct file_source *source, const struct file_pages *range,
		      uint32_t cells, struct heat *ret);

#endif
