/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One process of a snapshot as JSON.
 */
#ifndef RENDER_JSON_PROCESS_H
#define RENDER_JSON_PROCESS_H

#include "model/rows/view.h"
#include "model/rows/snapshot.h"
#include "render/json_out.h"

/* The rows of a view, as an item of an array. */
void json_process(struct json_out *json, const struct snapshot *snapshot,
		  const struct process_snapshot *process, const struct view *view);

#endif
