/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which pages of a chunk were read and written, as few bytes: as runs of equal pages, or as bits,
 * whichever is shorter (docs/RECORDING.md, `bits`).
 */
#ifndef STORE_TOUCH_BITS_H
#define STORE_TOUCH_BITS_H

#include <stddef.h>

#include "facts/touch.h"

#define TOUCH_BITS_MAX (1 + 2 * (1 + CHUNK_PAGES / 8))

/* Returns how many bytes it took. */
size_t touch_bits__encode(const struct touch_chunk *chunk, unsigned char bytes[TOUCH_BITS_MAX]);

/* Sets the chunk's bits. 0, or -EINVAL: no encoding. */
int touch_bits__decode(const void *bytes, size_t count, struct touch_chunk *ret);

/* How many pages were read or written. */
unsigned int touch_bits__count(const struct touch_chunk *chunk);

#endif
