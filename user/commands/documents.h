/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The files of --html and its like, beside the report: each is written once, from all moments of a
 * command. A file keeps its old content until the new one is complete.
 */
#ifndef COMMANDS_DOCUMENTS_H
#define COMMANDS_DOCUMENTS_H

#include <stdbool.h>

#include "commands/options.h"
#include "commands/output.h"
#include "model/moments.h"
#include "render/sequence_renderer.h"

#define DOCUMENTS_MAX 8u

struct document {
	const struct sequence_renderer *renderer;
	const char *path;     /* of the option; borrowed */
	enum row_order order; /* as JSON has it; the text beside it may have another */
	struct output output;
	bool written; /* whole */
};

struct documents { /* all zero: none; must not move while they are open */
	struct document of[DOCUMENTS_MAX];
	size_t count;
};

/* The paths that options ask for; borrowed. Returns how many. */
size_t documents_paths(const struct options *options, const char *paths[DOCUMENTS_MAX]);

/* Whether an option asks for one. */
bool documents_wanted(const struct options *options);

/* Before anything is measured. 0 or -errno, logged; the caller closes in either case. */
int documents__open(struct documents *documents, const struct options *options);

/* Nothing is written without moments. 0 or -errno, logged. */
int documents__write(struct documents *documents, const struct moments *moments,
		     const struct view *view);
int documents__write_one(struct documents *documents, const struct moment *moment,
			 const struct view *view);

/* Replaces the files of those that were written. 0 or -errno, logged. */
int documents__close(struct documents *documents);

#endif
