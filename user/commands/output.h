/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The file or stream of a report. A file keeps its old content until the report is complete: the
 * new one is written next to it and replaces it at the end.
 */
#ifndef COMMANDS_OUTPUT_H
#define COMMANDS_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {	    /* must not move while it is open */
	FILE *file; /* to write to; NULL: not open */
	int fd;
	bool terminal;
	int err;	 /* of the first write that failed, -errno */
	bool ours;	 /* fd must be closed */
	bool begun;	 /* something was written */
	bool empty;	 /* the file's old content is dropped when we begin */
	bool created;	 /* the file did not exist */
	char *path;	 /* of the file; NULL: a stream */
	char *temporary; /* next to it; NULL: written in place */
};

/*
 * path: a file, or NULL for the descriptor. live: readers follow it, so it is written in place; so
 * are devices, pipes, files with several links, and files whose folder or owner we cannot keep. A
 * link that somebody else made in a folder like /tmp is not followed (-EACCES). 0 or -errno; then
 * nothing is open.
 */
int output__open(struct output *output, const char *path, int descriptor, bool live);

/* Flushes what was written. 0 or the -errno of the first write that failed. */
int output__flush(struct output *output);

/*
 * keep: a complete report was written and becomes visible at its path; otherwise the old one stays.
 * 0 or -errno.
 */
int output__close(struct output *output, bool keep);

#endif
