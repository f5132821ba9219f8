/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A moment as bytes, and back; the same on every machine. Bytes may come from anybody: decoding
 * refuses what could not have been encoded, and their number bounds the memory.
 */
#ifndef MODEL_MOMENT_CODEC_H
#define MODEL_MOMENT_CODEC_H

#include <stddef.h>

#include "model/moment.h"

/* *ret is malloc'ed and has count bytes. 0 or -ENOMEM. */
int moment_codec__encode(const struct moment *moment, char **ret, size_t *count);

/*
 * The caller calls moment__deinit on *ret, even on failure. 0, -EINVAL: invalid bytes; or -ENOMEM.
 */
int moment_codec__decode(const void *bytes, size_t count, struct moment *ret);

#endif
