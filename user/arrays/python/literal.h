/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Objects of the target as literals that Python reads as equal objects. */
#ifndef ARRAYS_PYTHON_LITERAL_H
#define ARRAYS_PYTHON_LITERAL_H

#include "arrays/python/reader.h"
#include "base/text.h"

/*
 * Appends a str, bytes, int, bool, float or None as repr() writes it (an int of more than 60 bits
 * in hexadecimal). 0; -EINVAL: another kind of object, or of a class that may compare differently;
 * -E2BIG: too long; or a read error. On failure nothing is appended.
 */
int py_put_literal(struct py *py, uint64_t object, struct text_buffer *text);

/*
 * Calls visit with each piece of memory that the literal of an object rests on, except its type,
 * until it returns nonzero. Returns that value, else 0.
 */
typedef int (*py_visit_piece)(void *ctx, uint64_t address, size_t bytes);
int py_literal_pieces(struct py *py, uint64_t object, py_visit_piece visit, void *ctx);

#endif
