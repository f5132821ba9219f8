/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* From the facts of a moment to the bytes of a report. */
#ifndef RENDER_RENDERER_H
#define RENDER_RENDERER_H

#include <stdio.h>

#include "model/moment.h"
#include "model/rows/view.h"

struct renderer {
	const char *name;
	/* 0, -ENOMEM, -EPROTO (logged), or -EIO: the stream has the error. */
	int (*render)(const struct moment *moment, const struct view *view, FILE *out);
};

/* By name, or NULL. */
const struct renderer *renderer_find(const char *name);

#endif
