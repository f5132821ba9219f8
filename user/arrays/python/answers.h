/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Whether Python, asked for an attribute, answers with what stands there: a class may have a
 * property of that name, a slot that hides another, a __getattribute__ of its own.
 */
#ifndef ARRAYS_PYTHON_ANSWERS_H
#define ARRAYS_PYTHON_ANSWERS_H

#include "arrays/python/reader.h"

enum py_answer {
	PY_ANSWER_PLAIN, /* x.name is it */
	PY_ANSWER_DICT,	 /* only x.__dict__['name'] is */
	PY_ANSWER_NONE,	 /* nothing that can be told is */
};

/* Answers that were asked for before; all zero is none. */
struct py_answers {
	struct py_answered *slots; /* a hash, a power of two of them; owned */
	size_t slot_count;
	size_t count;
};

void py_answers__deinit(struct py_answers *answers);

/*
 * Of what the dict of an instance of a class has under a str; of a slot of it, at an offset in the
 * instance and with a C string as its name (never PY_ANSWER_DICT). An address stands for its text
 * as long as the answers live. Without memory it is asked anew each time.
 */
enum py_answer py_answers__attribute(struct py_answers *answers, struct py *py,
				     const struct py_type *type, uint64_t str);
enum py_answer py_answers__slot(struct py_answers *answers, struct py *py,
				const struct py_type *type, uint64_t name, uint64_t offset);

/* Whether x[key] of an instance is what its built-in base says. */
bool py_answers__items(struct py_answers *answers, struct py *py, const struct py_type *type);

/* The class, or base of it, that lists a member at an offset; 0: none. */
uint64_t py_member_owner(struct py *py, uint64_t class, uint64_t offset);

/* Whether a class that is made at run time, or such a base of it, has an attribute of that name. */
bool py_class_defines(struct py *py, const struct py_type *type, const char *name);

#endif
