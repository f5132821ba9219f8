/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Whether Python, asked for an attribute, returns what is stored there. A class may have a property
 * of that name, a slot that hides another, or its own __getattribute__.
 */
#ifndef ARRAYS_PYTHON_ANSWERS_H
#define ARRAYS_PYTHON_ANSWERS_H

#include "arrays/python/reader.h"

enum py_answer {
	PY_ANSWER_PLAIN, /* x.name returns it */
	PY_ANSWER_DICT,	 /* only x.__dict__['name'] returns it */
	PY_ANSWER_NONE,	 /* no known expression returns it */
};

/* Cached answers; all zero is empty. */
struct py_answers {
	struct py_answered *slots; /* a hash, a power of two of them; owned */
	size_t slot_count;
	size_t count;
};

void py_answers__deinit(struct py_answers *answers);

/*
 * The answer for a str key in the dict of an instance; and for a slot of it, at an offset in the
 * instance and with a C string as its name (never PY_ANSWER_DICT). An address stands for its text
 * as long as the cache lives. Without memory nothing is cached.
 */
enum py_answer py_answers__attribute(struct py_answers *answers, struct py *py,
				     const struct py_type *type, uint64_t str);
enum py_answer py_answers__slot(struct py_answers *answers, struct py *py,
				const struct py_type *type, uint64_t name, uint64_t offset);

/* Whether x[key] of an instance returns what its built-in base would. */
bool py_answers__items(struct py_answers *answers, struct py *py, const struct py_type *type);

/* The class, or base of it, that lists a member at an offset; 0: none. */
uint64_t py_member_owner(struct py *py, uint64_t class, uint64_t offset);

/* Whether a class created at run time, or such a base of it, has an attribute of that name. */
bool py_class_defines(struct py *py, const struct py_type *type, const char *name);

#endif
