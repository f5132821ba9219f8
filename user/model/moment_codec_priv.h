/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the files of the moment's codec share. */
#ifndef MODEL_MOMENT_CODEC_PRIV_H
#define MODEL_MOMENT_CODEC_PRIV_H

#include "model/codec.h"
#include "model/moment_lists.h"

/*
 * moment_codec_lists.c: the lists of a process; page_bytes is for pages. Decoded lists are sorted,
 * disjoint, aligned.
 */
void codec_process_lists(struct codec *codec, struct process_moment *process, uint64_t page_bytes);

/* moment_codec_arrays.c: each decoded array is the caller's to array_desc__deinit. */
void codec_arrays(struct codec *codec, struct array_list *list);

#endif
