/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which rows a short report has: those that a screen has room for and that say most. */
#ifndef MODEL_BRIEF_H
#define MODEL_BRIEF_H

#include "model/rows/selection.h"

/* Rows of a process, apart from those that were asked for by name. */
#define BRIEF_ROWS 15u

/*
 * Leaves out small regions, regions of which the shown arrays tell most, and what is beyond
 * BRIEF_ROWS in the order of the entries. They are folded; the caller folds them anew.
 */
void brief_cut(struct selection *selection);

#endif
