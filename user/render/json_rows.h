/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Regions and arrays as JSON objects.
 */
#ifndef RENDER_JSON_ROWS_H
#define RENDER_JSON_ROWS_H

#include "render/json_tally.h"

struct json_known json_known_of(const struct snapshot *snapshot,
				const struct process_snapshot *process, bool detail);

void json_region(struct json_out *json, const char *key, const struct region_row *row,
		 const struct json_known *known);
void json_array(struct json_out *json, const char *key, const struct array_row *row,
		const struct json_known *known);

/* The parts of an array that other objects have too: its name (or an alias) and shape. */
void json_array_name(struct json_out *json, const char *key, const struct array_desc *desc,
		     const char *name);
void json_array_shape(struct json_out *json, const struct array_shape *shape);

#endif
