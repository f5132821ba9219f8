/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * __main__ of an IPython or Jupyter kernel: names given by the user come first. What the notebook
 * keeps (Out[3], _3, _) names only objects without another name, and is an alias for others.
 */
#ifndef ARRAYS_PYTHON_NOTEBOOK_H
#define ARRAYS_PYTHON_NOTEBOOK_H

#include "arrays/python/reader.h"

enum py_notebook_turn {
	PY_NOTEBOOK_USER,
	PY_NOTEBOOK_OUT,      /* Out[3] */
	PY_NOTEBOOK_NUMBERED, /* _3 */
	PY_NOTEBOOK_LAST,     /* _ __ ___ */
	PY_NOTEBOOK_SHELL,    /* leads into IPython itself, and the input */
	PY_NOTEBOOK_TURNS,
	PY_NOTEBOOK_NEVER = PY_NOTEBOOK_TURNS, /* _oh is Out */
};

/* When it is the turn of a key of __main__. */
enum py_notebook_turn py_notebook_turn(struct py *py, uint64_t key);

#endif
