/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Objects/object.c: _PyObject_GenericGetAttrWithDict, along the classes of __mro__. */
#include "arrays/python/answers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/python/identifier.h"

#define MRO_BEHIND_DICTOFFSET 56u /* the same from 3.8 to 3.15 */
#define DESCR_SET_BEHIND_DICT 16u /* tp_dict, tp_descr_get, tp_descr_set */
#define CLASSES_MAX 64u
#define FIRST_SLOTS 64u
#define ITEMS_KEY 1u /* no slot has this offset */
#define ANSWERS_MAX 65536u

struct py_answered {
	uint64_t type; /* 0: a free slot */
	uint64_t key;  /* a slot's offset, or the address of a name */
	enum py_answer answer;
};

void py_answers__deinit(struct py_answers *answers)
{
	free(answers->slots);
	memset(answers, 0, sizeof(*answers));
}

/* The hash is known only for ASCII. */
static int find_in_dict(struct py *py, uint64_t dict, const char *name, uint64_t *ret)
{
	struct py_named named = { .py = py, .name = name };
	size_t i;
	int err;

	for (i = 0; name[i]; i++) {
		if (name[i] & 0x80)
			break;
	}
	if (!name[i])
		return py_dict_get(py, dict, name, ret);
	err = py_each_item(py, dict, py_visit_named, &named);
	*ret = named.value;
	return err < 0 ? err : err ? 0 : -ENOENT;
}

/*
 * The first class of __mro__ that itself has an attribute of that name, and what it is; 0: none.
 * From 3.12 on the dicts of built-in classes cannot be reached: they come last and answer plainly.
 */
static uint64_t find_class(struct py *py, uint64_t type, const char *name, uint64_t *value)
{
	uint64_t mro, count, class, dict, i;

	if (py_word(py, type + (uint64_t)py->layout.tp_dictoffset + MRO_BEHIND_DICTOFFSET, &mro))
		return 0;
	count = py_tuple_length(py, mro);
	for (i = 0; i < count && i < CLASSES_MAX; i++) {
		if (py_tuple_get(py, mro, i, &class) ||
		    py_word(py, class + (uint64_t)py->layout.tp_dict, &dict) || !dict)
			continue;
		if (!find_in_dict(py, dict, name, value))
			return class;
	}
	return 0;
}

static bool is_made_at_run_time(struct py *py, uint64_t type)
{
	uint64_t flags;

	return !py_word(py, type + (uint64_t)py->layout.tp_flags, &flags) &&
	       flags & PY_FLAG_HEAPTYPE;
}

bool py_class_defines(struct py *py, const struct py_type *type, const char *name)
{
	uint64_t value, class;

	if (!(type->flags & PY_FLAG_HEAPTYPE))
		return false;
	class = find_class(py, type->address, name, &value);
	return class && is_made_at_run_time(py, class);
}

/* A data descriptor, such as a property: it takes precedence over the instance's dict. */
static bool is_data_descriptor(struct py *py, uint64_t value)
{
	uint64_t type, set;

	return !py_word(py, value + (uint64_t)py->layout.ob_type, &type) &&
	       !py_word(py, type + (uint64_t)py->layout.tp_dict + DESCR_SET_BEHIND_DICT, &set) &&
	       set;
}

/* Whether x.__dict__ is the dict of an instance x. */
static bool has_plain_dict(struct py *py, uint64_t type)
{
	const struct py_type *found;
	char name[32];
	uint64_t value;

	if (!find_class(py, type, "__dict__", &value))
		return true;
	found = py_type_of(py, value);
	if (!found)
		return false;
	py_type_name(py, found->address, name, sizeof(name));
	return !strcmp(name, "getset_descriptor");
}

static enum py_answer ask_attribute(struct py *py, const struct py_type *type, uint64_t str,
				    uint64_t offset)
{
	const uint64_t class = type->address;
	char name[PY_NAME_MAX];
	uint64_t value;

	(void)offset;
	if (py_class_defines(py, type, "__getattribute__"))
		return PY_ANSWER_NONE;
	if (!py_string(py, str, name, sizeof(name)) && py_text_is_identifier(name) &&
	    (!find_class(py, class, name, &value) || !is_data_descriptor(py, value)))
		return PY_ANSWER_PLAIN;
	return has_plain_dict(py, class) ? PY_ANSWER_DICT : PY_ANSWER_NONE;
}

static struct py_answered *find_slot(struct py_answered *slots, size_t count, uint64_t type,
				     uint64_t key)
{
	size_t i = (size_t)(((type ^ key << 1) * 0x9e3779b97f4a7c15ull) >> 32) & (count - 1);

	while (slots[i].type && (slots[i].type != type || slots[i].key != key))
		i = (i + 1) & (count - 1);
	return &slots[i];
}

static bool has_room(struct py_answers *answers)
{
	size_t count = answers->slot_count ? answers->slot_count * 2 : FIRST_SLOTS, i;
	struct py_answered *slots;

	if (answers->count * 2 < answers->slot_count)
		return true;
	slots = count <= ANSWERS_MAX ? calloc(count, sizeof(*slots)) : NULL;
	if (!slots)
		return false;
	for (i = 0; i < answers->slot_count; i++) {
		const struct py_answered *old = &answers->slots[i];

		if (old->type)
			*find_slot(slots, count, old->type, old->key) = *old;
	}
	free(answers->slots);
	answers->slots = slots;
	answers->slot_count = count;
	return true;
}

typedef enum py_answer (*ask_function)(struct py *, const struct py_type *, uint64_t name,
				       uint64_t offset);

/* A cached answer, by the offset of a slot, else by the address of the name. */
static enum py_answer remembered_answer(struct py_answers *answers, struct py *py,
					const struct py_type *type, uint64_t name, uint64_t offset,
					ask_function ask)
{
	const struct py_type copy = *type;
	const uint64_t key = offset ? offset : name;
	struct py_answered *slot;
	enum py_answer found;

	if (!(copy.flags & PY_FLAG_HEAPTYPE))
		return PY_ANSWER_PLAIN;
	if (answers->slot_count) {
		slot = find_slot(answers->slots, answers->slot_count, copy.address, key);
		if (slot->type)
			return slot->answer;
	}
	found = ask(py, &copy, name, offset);
	if (has_room(answers)) {
		slot = find_slot(answers->slots, answers->slot_count, copy.address, key);
		*slot = (struct py_answered){ copy.address, key, found };
		answers->count++;
	}
	return found;
}

enum py_answer py_answers__attribute(struct py_answers *answers, struct py *py,
				     const struct py_type *type, uint64_t str)
{
	return remembered_answer(answers, py, type, str, 0, ask_attribute);
}

/*
 * The C function does not tell: dict and list define __getitem__ as a method, so each has another.
 */
static enum py_answer ask_items(struct py *py, const struct py_type *type, uint64_t name,
				uint64_t key)
{
	(void)name;
	(void)key;
	return py_class_defines(py, type, "__getitem__") ? PY_ANSWER_NONE : PY_ANSWER_PLAIN;
}

bool py_answers__items(struct py_answers *answers, struct py *py, const struct py_type *type)
{
	return remembered_answer(answers, py, type, 0, ITEMS_KEY, ask_items) == PY_ANSWER_PLAIN;
}

uint64_t py_member_owner(struct py *py, uint64_t class, uint64_t offset)
{
	struct py_member member;
	size_t i;
	int base;

	for (base = 0; base < PY_BASES_MAX && class; base++) {
		for (i = 0; !py_member_at(py, class, &i, &member);) {
			if (member.offset == offset)
				return class;
		}
		if (py_word(py, class + (uint64_t)py->layout.tp_base, &class))
			break;
	}
	return 0;
}

/* An earlier class may have something of that name; slots count too. */
static enum py_answer ask_slot(struct py *py, const struct py_type *type, uint64_t name,
			       uint64_t offset)
{
	char text[PY_NAME_MAX];
	uint64_t value, first;

	py_c_string(py, name, text, sizeof(text));
	first = find_class(py, type->address, text, &value);
	if (first && first != py_member_owner(py, type->address, offset))
		return PY_ANSWER_NONE;
	return py_class_defines(py, type, "__getattribute__") ? PY_ANSWER_NONE : PY_ANSWER_PLAIN;
}

enum py_answer py_answers__slot(struct py_answers *answers, struct py *py,
				const struct py_type *type, uint64_t name, uint64_t offset)
{
	return remembered_answer(answers, py, type, name, offset, ask_slot);
}
