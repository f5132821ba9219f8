/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The words of JSON and of recordings for what has numbers in memory; page_state.h has its own. */
#ifndef MODEL_ITEM_NAMES_H
#define MODEL_ITEM_NAMES_H

#include <stddef.h>

extern const char *const item_kinds[];	 /* by enum vma_kind */
extern const char *const item_sources[]; /* by enum array_source */
extern const char *const item_answers[]; /* by enum cached_answer, CACHED_KNOWN too */

/* The index of a word (NULL: none) among count; count if it is not there. */
size_t item_index(const char *word, const char *const *words, size_t count);

#endif
