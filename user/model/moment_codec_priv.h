/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the files of the moment's codec share. */
#ifndef MODEL_MOMENT_CODEC_PRIV_H
#define MODEL_MOMENT_CODEC_PRIV_H

#include "model/codec.h"
#include "model/moment.h"

/* Above all addresses of a process, so that sums of two do not overflow. */
#define CODEC_ADDRESS_MAX (1ull << 62)

/*
 * moment_codec_blocks.c: the blocks of a process; page_bytes is for pages. Decoded blocks are
 * sorted, disjoint, aligned.
 */
void codec_blocks(struct codec *codec, struct process_moment *process, uint64_t page_bytes);

/* moment_codec_arrays.c */
void codec_arrays(struct codec *codec, const struct array_list **block);

#endif
