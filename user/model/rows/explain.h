/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One sentence on why a row looks as it does. Every number in it comes from the row; the wording
 * may change.
 */
#ifndef MODEL_EXPLAIN_H
#define MODEL_EXPLAIN_H

#include "model/rows/snapshot.h"

/* malloc'd text, or NULL if there is nothing notable (or no memory: errno is then set). */
char *explain_array(const struct moment_header *header, const struct process_header *process,
		    const struct array_row *row);
char *explain_region(const struct process_header *process, const struct region_row *row);

#endif
