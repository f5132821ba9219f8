/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What objects of one kind hold. Each function pushes it, below the node of the object. 0 or
 * -errno; skips what cannot be read.
 */
#ifndef ARRAYS_PYTHON_EXPAND_KINDS_H
#define ARRAYS_PYTHON_EXPAND_KINDS_H

#include "arrays/python/ways.h"

int py_expand_list(struct py_walk *walk, size_t node, uint64_t list);
int py_expand_tuple(struct py_walk *walk, size_t node, uint64_t tuple);
int py_expand_set(struct py_walk *walk, size_t node, uint64_t set);
int py_expand_deque(struct py_walk *walk, size_t node, uint64_t deque);

/* A frame's variables and unnamed values; the same for a frame object and a generator. */
int py_expand_frame(struct py_walk *walk, uint64_t frame, uint64_t code, size_t parent);
int py_expand_frame_object(struct py_walk *walk, size_t node, uint64_t object);
int py_expand_generator(struct py_walk *walk, size_t node, uint64_t generator);
int py_expand_function(struct py_walk *walk, size_t node, uint64_t function);

/* Slots, other references in an object's body, and its class. */
int py_expand_body(struct py_walk *walk, size_t node, uint64_t object, const struct py_type *type);
int py_expand_exception(struct py_walk *walk, size_t node, uint64_t exception);

/* The elements of an array of objects, and of records that hold objects. */
int py_expand_elements(struct py_walk *walk, size_t node, uint64_t array);

/* The results that functools.lru_cache keeps. */
int py_expand_lru_cache(struct py_walk *walk, size_t node, uint64_t cache);

/* What a context variable holds, in each thread whose context has a value for it. */
int py_expand_contextvar(struct py_walk *walk, size_t node, uint64_t variable);

/* A DataFrame's manager, one of its blocks, one of pandas' own arrays. */
int py_expand_pandas(struct py_walk *walk, size_t node, uint64_t object, enum py_kind kind);

#endif
