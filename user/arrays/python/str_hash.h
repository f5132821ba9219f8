/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The hash that CPython gives its strings: SipHash with a key chosen at its start. */
#ifndef ARRAYS_PYTHON_STR_HASH_H
#define ARRAYS_PYTHON_STR_HASH_H

#include <stddef.h>
#include <stdint.h>

struct py_hash {
	uint64_t key[2];
	unsigned int rounds; /* compression rounds: SipHash-1-3 or -2-4; 0: unknown */
};

/* For a str whose code points are these bytes (one each), as its dicts use it. */
uint64_t py_str_hash(const struct py_hash *hash, const char *data, size_t bytes);

#endif
