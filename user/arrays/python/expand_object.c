/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Instances: attributes, slots, and other references in an object's body. */
#include "arrays/python/expand_kinds.h"
#include "arrays/python/expand_steps.h"

#define WORDS_MAX_BYTES 2048u	 /* of a body */
#define ITEMS_MAX 4096u		 /* after a body */
#define WEAKLIST_AFTER_FLAGS 40u /* Include/cpython/object.h: tp_flags to tp_weaklistoffset */

/* Words of a body, by offset / 8, that have a name or are not references. */
struct named {
	uint64_t words[WORDS_MAX_BYTES / 8 / 64];
};

static void set_named(struct named *named, uint64_t offset)
{
	if (offset < WORDS_MAX_BYTES)
		named->words[offset / 8 / 64] |= 1ull << (offset / 8 % 64);
}

static bool is_named(const struct named *named, uint64_t offset)
{
	return named->words[offset / 8 / 64] >> (offset / 8 % 64) & 1;
}

/*
 * Slots, and members of C classes: those of the class and of its bases. A container's own members
 * lead to what its expander has pushed, so only those of classes created at run time count.
 */
static int expand_members(struct py_walk *walk, size_t node, uint64_t object,
			  const struct py_type *type, struct named *named)
{
	bool all = type->kind == PY_OTHER || type->kind == PY_EXCEPTION;
	uint64_t class = type->address, word;
	struct py_member member;
	int err = 0, base;
	size_t i;

	for (base = 0; !err && base < PY_BASES_MAX && class; base++) {
		const struct py_type *owner = py_type_at(walk->py, class);
		bool wanted = owner && (all || owner->flags & PY_FLAG_HEAPTYPE);

		for (i = 0; !err && wanted && !py_member_at(walk->py, class, &i, &member);) {
			if (is_named(named, member.offset % WORDS_MAX_BYTES) &&
			    member.offset < WORDS_MAX_BYTES)
				continue;
			set_named(named, member.offset);
			if (!py_word(walk->py, object + member.offset, &word) && word)
				err = py_walk__push(
					walk, &(struct py_node){ .object = word,
								 .label = member.name,
								 .slot = object + member.offset,
								 .parent = (uint32_t)node,
								 .edge = EDGE_NAMED });
		}
		if (py_word(walk->py, class + (uint64_t)walk->py->layout.tp_base, &class))
			break;
	}
	return err;
}

/* The dict and the list of weak references are internal. */
static void skip_own(struct py *py, const struct py_type *type, struct named *named)
{
	uint64_t weaklist;

	if (type->dictoffset > 0)
		set_named(named, (uint64_t)type->dictoffset);
	if (!py_word(py, type->address + (uint64_t)py->layout.tp_flags + WEAKLIST_AFTER_FLAGS,
		     &weaklist))
		set_named(named, weaklist);
}

/* Unnamed references: any word that points to an object. */
static int expand_rest(struct py_walk *walk, size_t node, uint64_t object,
		       const struct py_type *type, const struct named *named)
{
	uint64_t end = type->basicsize, offset, word, items = 0;
	int err = 0;

	if (!(type->flags & PY_FLAG_HAVE_GC) || type->basicsize > WORDS_MAX_BYTES)
		return 0;
	if (type->itemsize == 8 &&
	    !py_follow(walk->py, object + (uint64_t)walk->py->layout.ob_size, &items) &&
	    items <= ITEMS_MAX)
		end += 8 * items;
	for (offset = 16; !err && offset + 8 <= end && py_in_time(walk->py); offset += 8) {
		if (offset < WORDS_MAX_BYTES && is_named(named, offset))
			continue;
		if (py_word(walk->py, object + offset, &word))
			break;
		if (word && word % 8 == 0)
			err = py_walk__push(walk, &(struct py_node){ .object = word,
								     .label = offset,
								     .slot = object + offset,
								     .parent = (uint32_t)node,
								     .edge = EDGE_WORD });
	}
	return err;
}

int py_expand_body(struct py_walk *walk, size_t node, uint64_t object, const struct py_type *type)
{
	struct named named = { { 0 } };
	const struct py_node class = { .object = type->address,
				       .label = (uintptr_t) ".__class__",
				       .slot = object + (uint64_t)walk->py->layout.ob_type,
				       .parent = (uint32_t)node,
				       .edge = EDGE_TEXT };
	int err = 0;

	skip_own(walk->py, type, &named);
	if (type->members)
		err = expand_members(walk, node, object, type, &named);
	if (!err && type->kind == PY_OTHER)
		err = expand_rest(walk, node, object, type, &named);
	/* A class that nothing else refers to. */
	if (!err && type->flags & PY_FLAG_HEAPTYPE)
		err = py_walk__defer(walk, PY_LATER_CLASSES, &class);
	return err;
}

/* PyBaseExceptionObject: dict, args, from 3.11 on notes, then the chain. */
int py_expand_exception(struct py_walk *walk, size_t node, uint64_t exception)
{
	static const char *const chain[] = { ".__traceback__", ".__context__", ".__cause__" };
	uint64_t at = exception + (walk->py->layout.minor >= 11 ? 40 : 32);
	size_t i;
	int err;

	err = py_expand_pointer(walk, node, exception + 24, ".args");
	for (i = 0; !err && i < sizeof(chain) / sizeof(chain[0]); i++)
		err = py_expand_pointer(walk, node, at + i * 8, chain[i]);
	return err;
}
