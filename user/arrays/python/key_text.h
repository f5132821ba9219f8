/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Keys of dicts, as Python writes them. */
#ifndef ARRAYS_PYTHON_KEY_TEXT_H
#define ARRAYS_PYTHON_KEY_TEXT_H

#include "arrays/python/reader.h"

#define PY_PATH_BYTES 2048u /* of a name with the way to it */

/* Appends a key to text of PY_PATH_BYTES. */
void py_put_key(struct py *py, uint64_t key, char *text);

/*
 * Calls visit with each piece of memory that the text of a key rests on, until it returns nonzero,
 * and returns that; else 0.
 */
typedef int (*py_visit_piece)(void *ctx, uint64_t address, size_t bytes);
int py_key_pieces(struct py *py, uint64_t key, py_visit_piece visit, void *ctx);

#endif
