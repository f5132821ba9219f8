/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One process of a snapshot as JSON.
 */
#ifndef RENDER_JSON_PROCESS_H
#define RENDER_JSON_PROCESS_H

#include <jansson.h>

#include "model/snapshot.h"

/* One array of a process. */
json_t *json_array_row(const struct snapshot *snapshot, const struct process_snapshot *process,
		       const struct array_row *row);

json_t *json_process(const struct snapshot *snapshot, const struct process_snapshot *process);

#endif
