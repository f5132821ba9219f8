/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Sentences about files and shared memory: "not mapped here" is not "not in memory". */
#ifndef MODEL_EXPLAIN_CACHED_H
#define MODEL_EXPLAIN_CACHED_H

#include "model/rows/tally.h"

#define EXPLAIN_CACHED_BYTES 256

/* Whether no page is mapped, of a range that is wholly mapped from files or shared. */
bool explain_is_unmapped(const struct tally *tally);

/* What is in memory all the same; malloc'ed, NULL: no memory. */
char *explain_unmapped(const struct tally *tally);

/*
 * For a range of which pages are mapped: what else the page cache has, and whether the kernel can
 * drop it. words: "" if there is nothing to say.
 */
void explain_cached_beside(const struct tally *tally, char words[EXPLAIN_CACHED_BYTES]);

#endif
