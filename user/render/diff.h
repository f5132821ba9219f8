/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What changed between two moments: for people, and as JSON. */
#ifndef RENDER_DIFF_H
#define RENDER_DIFF_H

#include <stdio.h>

#include "model/diff/diff.h"
#include "model/rows/view.h"

/* Where the two moments are from. */
struct diff_source {
	const char *file; /* untrusted; borrowed */
	size_t number;	  /* of the moment, from 1 on */
	size_t count;	  /* of moments in the file */
};

/* What the columns of both moments are called, in at most 10 columns. */
struct diff_titles {
	const char *before;
	const char *after;
};

/* Only the processes, with what changed in them. 0 or -ENOMEM. */
int diff_text_processes(const struct diff *diff, const struct diff_titles *titles,
			const struct view *view, FILE *out);

/* 0, -ENOMEM, or -EIO: the stream has the error. */
int diff_text(const struct diff *diff, const struct diff_source sources[2], const struct view *view,
	      FILE *out);

/* One object on one line (docs/OUTPUT.md). As above. */
int diff_json(const struct diff *diff, const struct diff_source sources[2], const struct view *view,
	      FILE *out);

#endif
