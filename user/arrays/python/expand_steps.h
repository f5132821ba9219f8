/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Steps that several kinds of objects share. Each pushes what it finds, below the node that holds
 * it. 0 or -errno; skips what cannot be read.
 */
#ifndef ARRAYS_PYTHON_EXPAND_STEPS_H
#define ARRAYS_PYTHON_EXPAND_STEPS_H

#include "arrays/python/ways.h"

int py_expand_dict(struct py_walk *walk, size_t node, uint64_t dict, enum py_edge edge);
int py_expand_attributes(struct py_walk *walk, size_t node, uint64_t object,
			 const struct py_type *type);

/* What the word at an address points to. */
int py_expand_pointer(struct py_walk *walk, size_t node, uint64_t address, const char *literal);

/* `count` pointers, beginning at an address. */
int py_expand_words(struct py_walk *walk, size_t node, uint64_t address, uint64_t count);

#endif
