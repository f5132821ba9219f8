/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Keys of dicts, as Python writes them. */
#ifndef ARRAYS_PYTHON_KEY_TEXT_H
#define ARRAYS_PYTHON_KEY_TEXT_H

#include "arrays/python/literal.h"

/*
 * Appends a key that Python reads as an equal one. If there is none, appends one in angle brackets
 * with the address of the object, which distinguishes it from all other keys: "<Point at
 * 0x7f12345678>", "<'the first characters...' at 0x7f12345678>".
 */
void py_put_key(struct py *py, uint64_t key, struct text_buffer *text);

/*
 * Calls visit with each piece of memory that the text of a key rests on, until it returns nonzero.
 * Returns that value, else 0.
 */
int py_key_pieces(struct py *py, uint64_t key, py_visit_piece visit, void *ctx);

#endif
