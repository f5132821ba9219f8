/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#ifndef RENDER_JSON_SAMPLED_H
#define RENDER_JSON_SAMPLED_H

#include <stdio.h>

#include "model/rows/snapshot.h"
#include "model/rows/view.h"

/* As json_render_snapshot, for a report of an end: with what was before it, view->sampled. */
int json_render_end(const struct snapshot *snapshot, const struct view *view, FILE *out);

#endif
