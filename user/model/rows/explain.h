/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One sentence on why a row looks as it does. Every number in it comes from the
 * row; the wording is no stable interface.
 */
#ifndef MODEL_EXPLAIN_H
#define MODEL_EXPLAIN_H

#include "model/snapshot.h"

/* malloc'd text, or NULL when there is nothing notable (or no memory: errno is then set). */
char *explain_array(const struct snapshot *snapshot, const struct process_snapshot *process,
		    const struct array_row *row);
char *explain_region(const struct snapshot *snapshot, const struct process_snapshot *process,
		     const struct region_row *row);

#endif
