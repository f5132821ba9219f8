/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * __main__ of an IPython or a Jupyter kernel: what its user has named comes first; what the
 * notebook keeps (Out[3], _3, _) names only what has no other name, and else is an alias.
 */
#ifndef ARRAYS_PYTHON_NOTEBOOK_H
#define ARRAYS_PYTHON_NOTEBOOK_H

#include "arrays/python/reader.h"

enum py_notebook_turn {
	PY_NOTEBOOK_USER,
	PY_NOTEBOOK_OUT,      /* Out[3] */
	PY_NOTEBOOK_NUMBERED, /* _3 */
	PY_NOTEBOOK_LAST,     /* _ __ ___ */
	PY_NOTEBOOK_SHELL,    /* what leads into IPython itself, and the input */
	PY_NOTEBOOK_TURNS,
	PY_NOTEBOOK_NEVER = PY_NOTEBOOK_TURNS, /* _oh is Out */
};

/* When the turn of a key of __main__ comes. */
enum py_notebook_turn py_notebook_turn(struct py *py, uint64_t key);

#endif
