/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What a class created at run time answers in its own way. It inherits the C functions of its
 * bases; if it defines a method such as __eq__, it has another function.
 */
#include <string.h>

#include "arrays/python/reader.h"

/* Include/cpython/object.h, the same from 3.8 to 3.15: after tp_repr */
#define HASH_BEHIND_REPR 32u
#define CALL_BEHIND_REPR 40u
#define COMPARE_BEHIND_REPR 112u

void py_type_name(struct py *py, uint64_t type, char *buffer, size_t size)
{
	uint64_t at;

	*buffer = '\0';
	if (!py_word(py, type + (uint64_t)py->layout.tp_name, &at))
		py_c_string(py, at, buffer, size);
}

/* The nearest class written in C. One that C code created at run time has a dotted name. */
static uint64_t built_in(struct py *py, uint64_t type)
{
	char name[PY_NAME_MAX];
	uint64_t flags;
	int i;

	for (i = 0; i < PY_BASES_MAX && type; i++) {
		if (py_word(py, type + (uint64_t)py->layout.tp_flags, &flags))
			return 0;
		if (!(flags & PY_FLAG_HEAPTYPE))
			return type;
		py_type_name(py, type, name, sizeof(name));
		if (strchr(name, '.'))
			return type;
		if (py_word(py, type + (uint64_t)py->layout.tp_base, &type))
			return 0;
	}
	return 0;
}

/* A function that cannot be read counts as different. */
static bool same_function(struct py *py, uint64_t type, uint64_t other, uint64_t behind_repr)
{
	uint64_t offset = (uint64_t)py->layout.tp_repr + behind_repr, mine, its;

	return !py_word(py, type + offset, &mine) && !py_word(py, other + offset, &its) &&
	       mine == its;
}

static enum py_literal literal_of(struct py *py, const struct py_type *type)
{
	static const struct {
		const char *name;
		enum py_literal literal;
	} names[] = { { "bool", PY_LITERAL_BOOL },
		      { "float", PY_LITERAL_FLOAT },
		      { "NoneType", PY_LITERAL_NONE } };
	uint64_t at = type->address;
	char name[16];
	size_t i;
	int base;

	if (type->kind == PY_STR)
		return PY_LITERAL_STR;
	if (type->kind == PY_BYTES)
		return PY_LITERAL_BYTES;
	for (base = 0; base < PY_BASES_MAX && at; base++) {
		py_type_name(py, at, name, sizeof(name));
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			if (!strcmp(name, names[i].name))
				return names[i].literal;
		}
		if (py_word(py, at + (uint64_t)py->layout.tp_base, &at))
			break;
	}
	return type->kind == PY_INT ? PY_LITERAL_INT : PY_NO_LITERAL;
}

void py_type__fill_answers(struct py *py, struct py_type *type)
{
	uint64_t root;

	type->compares = type->calls = true;
	if (type->kind == PY_STR || type->kind == PY_BYTES || type->kind == PY_INT ||
	    type->kind == PY_LEAF)
		type->literal = literal_of(py, type);
	root = type->flags & PY_FLAG_HEAPTYPE ? built_in(py, type->address) : type->address;
	if (root == type->address)
		return;
	type->compares = root && same_function(py, type->address, root, HASH_BEHIND_REPR) &&
			 same_function(py, type->address, root, COMPARE_BEHIND_REPR);
	type->calls = root && same_function(py, type->address, root, CALL_BEHIND_REPR);
}
