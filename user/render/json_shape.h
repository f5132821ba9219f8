/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What an array is in its own terms as JSON, and what it shares with others.
 */
#ifndef RENDER_JSON_SHAPE_H
#define RENDER_JSON_SHAPE_H

#include <jansson.h>

#include "model/snapshot.h"

/* shared_pages and neighbours. */
void json_put_shared(json_t *object, const struct array_row *row);

/* null for an array without a shape. */
json_t *json_index_ranges(const struct array_row *row);

/* Only where row->grid has rows. */
json_t *json_grid(const struct array_row *row);

json_t *json_arrays_total(const struct process_snapshot *process);

#endif
