/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The stable format, version 1 (docs/OUTPUT.md, docs/pagewatch-1.schema.json).
 */
#ifndef RENDER_JSON_H
#define RENDER_JSON_H

#include <stdio.h>

#include "model/rows/view.h"
#include "model/rows/snapshot.h"

struct json_out;

/* The object, as the next value. key: of it; NULL: an item of a list. */
void json_put_snapshot(struct json_out *json, const char *key, const struct snapshot *snapshot,
		       const struct view *view);

/* The same without its end: members may follow. */
void json_open_snapshot(struct json_out *json, const char *key, const struct snapshot *snapshot,
			const struct view *view);

/* One object and a newline. 0, -ENOMEM, or -errno of the stream. */
int json_render_snapshot(const struct snapshot *snapshot, const struct view *view, FILE *out);

#endif
