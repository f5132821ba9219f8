/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The names of arrays: breadth first from the frames, __main__ and the other modules, through
 * containers, instances, closures and generators.
 */
#ifndef ARRAYS_PYTHON_WALK_H
#define ARRAYS_PYTHON_WALK_H

#include "arrays/python/ways.h"

/* Continues until nothing is left; 0 (even if cut short) or -errno. */
int py_walk__run(struct py_walk *walk);

/* The same along deferred ways, to objects without another name so far. */
int py_walk__run_later(struct py_walk *walk, enum py_turn turn);

/*
 * Roots, to be followed by py_walk__run: __main__ (in a notebook without what the notebook keeps
 * there, which follows later); the locals of all frames; the other modules; those of the other
 * interpreters, whose __main__ is "<interpreter 1>.__main__".
 */
int py_walk__add_main(struct py_walk *walk);
int py_walk__add_notebook(struct py_walk *walk);
int py_walk__add_frames(struct py_walk *walk);
int py_walk__add_other_modules(struct py_walk *walk);
int py_walk__add_other_interpreters(struct py_walk *walk);

#endif
