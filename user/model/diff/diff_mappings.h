/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The resident memory of a process by the names of its mappings, at two moments. */
#ifndef MODEL_DIFF_MAPPINGS_H
#define MODEL_DIFF_MAPPINGS_H

#include <stddef.h>
#include <stdint.h>

#include "model/diff/diff.h"
#include "model/rows/snapshot.h"

/*
 * Those whose resident bytes differ; all of them together explain the difference in RSS. NULL: the
 * process is not there at that moment. filter: NULL for all. 0 or -ENOMEM.
 */
int diff_mappings(const struct process_snapshot *before, const struct process_snapshot *after,
		  const char *filter, const uint64_t page_bytes[2], struct diff_mapping **ret,
		  size_t *count);

void diff_mappings__free(struct diff_mapping *mappings, size_t count);

#endif
