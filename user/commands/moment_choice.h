/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which moment of a recording is meant: a number, a word, or the name of a checkpoint. */
#ifndef COMMANDS_MOMENT_CHOICE_H
#define COMMANDS_MOMENT_CHOICE_H

#include <stddef.h>

#include "model/moments.h"

/*
 * words: a number from 1 on; first, last; peak: the most resident pages, the first such; or a
 * checkpoint's name, the last of which counts, with "checkpoint:" before it if it is like one of
 * the others. *ret is an index. 0; -ENOENT: there is no such moment; or what moments->at returned.
 */
int moment_choice(const struct moments *moments, const char *words, size_t *ret);

/* Reports that the file with these moments has no such one; returns the exit status. */
int moment_choice__none(const char *path, const struct moments *moments, const char *words);

#endif
