/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* From the moments of a watch to the bytes of a document. */
#ifndef RENDER_SEQUENCE_RENDERER_H
#define RENDER_SEQUENCE_RENDERER_H

#include <stdbool.h>
#include <stdio.h>

#include "model/moments.h"
#include "model/rows/view.h"

struct sequence_renderer {
	const char *name;
	/* A view that is short is for people at a terminal; this one shows all rows, by address. */
	bool all_rows;
	/*
	 * There is at least one moment; they are asked for in order, and then one of them again. 0,
	 * -ENOMEM, -EPROTO or -ENOENT (both logged), -EIO: the stream has the error, or what
	 * moments->at returned.
	 */
	int (*render)(const struct moments *moments, const struct view *view, FILE *out);
};

/* By name, or NULL. */
const struct sequence_renderer *sequence_renderer_find(const char *name);

#endif
