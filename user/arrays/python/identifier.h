/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What can follow a dot in Python. */
#ifndef ARRAYS_PYTHON_IDENTIFIER_H
#define ARRAYS_PYTHON_IDENTIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whether these characters are an identifier that Python's parser, which normalizes (NFKC), keeps
 * as it is, and not a keyword. Of non-ASCII letters only those of common scripts that NFKC does not
 * change: false if in doubt.
 */
bool py_is_identifier(const uint32_t *characters, size_t count);

/* The same for NUL-terminated UTF-8. */
bool py_text_is_identifier(const char *text);

#endif
