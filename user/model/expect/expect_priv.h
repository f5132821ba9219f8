/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the files of the check language share. */
#ifndef MODEL_EXPECT_PRIV_H
#define MODEL_EXPECT_PRIV_H

#include "model/expect/expect.h"

/* Exact: a percentage is compared as a fraction. The measure's value, before and base are set. */
bool expect_holds(const struct expect_clause *clause, const struct expect_measure *measure,
		  uint64_t page_bytes);

/* Of another time than the process's pages, so that there is no share of them. */
static inline bool expect_is_peak(enum expect_metric metric)
{
	return metric == METRIC_PEAK_TOUCHED || metric == METRIC_PEAK_RESIDENT;
}

#endif
