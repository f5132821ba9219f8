/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* report --side-by-side: one table of the processes of all recordings. */
#ifndef COMMANDS_REPORT_BESIDE_H
#define COMMANDS_REPORT_BESIDE_H

#include "commands/options.h"
#include "commands/report.h"

/* -1, or the exit status: misuse was reported. */
int report_beside_check(const struct options *options);

/* The exit status. */
int report_beside(struct report *report, const struct options *options);

#endif
