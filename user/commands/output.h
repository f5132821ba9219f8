/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The file or stream that a report goes to. A file has its old content until a whole report is
 * there: the new one is written beside it and takes its place at the end.
 */
#ifndef COMMANDS_OUTPUT_H
#define COMMANDS_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {	    /* stays where it is while it is open */
	FILE *file; /* to write to; NULL: not open */
	int fd;
	int err;	 /* of the first write that failed, -errno */
	bool ours;	 /* fd is to be closed */
	bool begun;	 /* something was written */
	bool empty;	 /* what the file had goes when we begin */
	bool created;	 /* there was no such file */
	char *path;	 /* of the file; NULL: a stream */
	char *temporary; /* beside it; NULL: written in place */
};

/*
 * path: a file, or NULL for the descriptor. live: readers follow it, so it is written in place,
 * as are devices, pipes, files with several names, and files whose folder or owner is not ours
 * to keep as they are. 0 or -errno; then nothing is open.
 */
int output__open(struct output *output, const char *path, int descriptor, bool live);

/* What was written so far is out. 0 or the -errno of the first write that failed. */
int output__flush(struct output *output);

/*
 * keep: a whole report was written, and is to be found by its path from now on; else the old
 * one stays. 0 or -errno.
 */
int output__close(struct output *output, bool keep);

#endif
