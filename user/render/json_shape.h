/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* An array's index ranges and grid as JSON. */
#ifndef RENDER_JSON_SHAPE_H
#define RENDER_JSON_SHAPE_H

#include "model/rows/snapshot.h"
#include "render/json_out.h"

/* One set of elements of an array with a shape. */
void json_index_set(struct json_out *json, const char *key, const struct index_set *set,
		    const struct array_desc *array);

/* null for an array without a shape. */
void json_index_ranges(struct json_out *json, const struct array_row *row);

/* Writes nothing if row->grid has no rows. */
void json_grid(struct json_out *json, const struct array_row *row);

#endif
