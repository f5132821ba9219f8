/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What can stand behind a dot in Python. */
#ifndef ARRAYS_PYTHON_IDENTIFIER_H
#define ARRAYS_PYTHON_IDENTIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whether these characters are an identifier, and the same one to Python's parser, which
 * normalises (NFKC), and no keyword. Of other letters than ASCII's only those of the common
 * scripts that normalising leaves alone: false where it is not sure.
 */
bool py_is_identifier(const uint32_t *characters, size_t count);

/* The same of UTF-8 that ends with NUL. */
bool py_text_is_identifier(const char *text);

#endif
