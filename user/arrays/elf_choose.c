/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Matches objects with the requested symbols. */
#include "arrays/elf_choose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/elf_chosen.h"
#include "arrays/symbol_name.h"
#include "base/array.h"
#include "base/format.h"

struct choosing {
	const struct elf_options *options;
	struct elf_chosen *chosen;
	size_t count;
	size_t capacity;
	struct elf_choice *ret;
};

/* "ns::table" for "ns::table[abi:cxx11]": nobody types the tag. */
static bool is_without_tags(const char *wanted, const char *name)
{
	while (*name) {
		if (!strncmp(name, "[abi:", 5) && strchr(name, ']'))
			name = strchr(name, ']') + 1;
		else if (*name++ != *wanted++)
			return false;
	}
	return !*wanted;
}

enum match {
	NO_MATCH,
	BASE_MATCH, /* "buf" for "buf.0", which belongs to a procedure */
	FULL_MATCH,
};

static enum match match_symbol(const struct symbol_spec *spec, const struct elf_object *object)
{
	size_t base = symbol_base_length(object->symbol);

	if (!elf_image_is(object->image, spec->binary))
		return NO_MATCH;
	if (!strcmp(spec->name, object->symbol) ||
	    (object->name && !strcmp(spec->name, object->name)) ||
	    (object->name && is_without_tags(spec->name, object->name)))
		return FULL_MATCH;
	return strlen(spec->name) == base && !strncmp(spec->name, object->symbol, base) ? BASE_MATCH
											: NO_MATCH;
}

/* Why it cannot be shown; NULL: it can. */
static const char *why_not_shown(const struct symbol_spec *spec, const struct elf_object *object)
{
	switch (object->kind) {
	case ELF_TLS:
		return "is thread-local: each thread has its own copy";
	case ELF_FUNCTION:
		return "is a function, not data";
	case ELF_UNSIZED:
		return "has no size: it is a label, not an object";
	case ELF_DATA:
		break;
	}
	if (!object->bytes)
		return "has no size";
	if (!spec->pointer)
		return NULL;
	if (!object->is_64)
		return "belongs to a 32-bit program, whose pointers are not followed";
	return object->bytes < sizeof(uint64_t) ? "is too small for a pointer" : NULL;
}

static int add_chosen(struct choosing *choosing, struct elf_object *object, size_t spec,
		      bool asked_for)
{
	if (array_reserve((void **)&choosing->chosen, &choosing->capacity, choosing->count + 1,
			  sizeof(*choosing->chosen)))
		return -ENOMEM;
	choosing->chosen[choosing->count++] = (struct elf_chosen){
		.object = object,
		.spec = spec,
		.asked_for = asked_for,
		.pointer = asked_for && choosing->options->symbols->specs[spec].pointer,
	};
	return 0;
}

/* All matching objects; *reason explains those that must be refused. */
static int choose_matches(struct choosing *choosing, struct elf_object_list *objects, size_t spec,
			  enum match wanted, const char **reason, bool *found)
{
	const struct symbol_spec *symbol = &choosing->options->symbols->specs[spec];
	size_t i;
	int err = 0;

	for (i = 0; !err && i < objects->count; i++) {
		struct elf_object *object = &objects->objects[i];
		const char *refused;

		if (match_symbol(symbol, object) != wanted)
			continue;
		refused = why_not_shown(symbol, object);
		if (refused) {
			*reason = refused;
			continue;
		}
		*found = true;
		err = add_chosen(choosing, object, spec, true);
	}
	return err;
}

/* Objects with exactly that name; if there are none, procedures' variables with that name. */
static int choose_asked_for(struct choosing *choosing, struct elf_object_list *objects, size_t spec)
{
	const struct symbol_list *symbols = choosing->options->symbols;
	const char *reason = NULL;
	bool found = false;
	int err;

	err = choose_matches(choosing, objects, spec, FULL_MATCH, &reason, &found);
	if (!err && !found && !reason)
		err = choose_matches(choosing, objects, spec, BASE_MATCH, &reason, &found);
	if (err || found)
		return err;
	if (!reason)
		reason = symbols->specs[spec].binary
				 ? "is not a symbol of a mapped file with that name"
				 : "is not a symbol of a mapped file";
	return symbol_miss(&choosing->ret->misses, symbols, spec, "%s", reason);
}

static int choose_all(struct choosing *choosing, struct elf_object_list *objects)
{
	size_t symbols = choosing->options->symbols ? choosing->options->symbols->count : 0, i;
	int err = 0;

	for (i = 0; !err && i < symbols; i++)
		err = choose_asked_for(choosing, objects, i);
	for (i = 0; !err && i < objects->count; i++) {
		struct elf_object *object = &objects->objects[i];

		if (object->kind == ELF_DATA && object->writable &&
		    object->bytes >= choosing->options->min_bytes)
			err = add_chosen(choosing, object, 0, false);
	}
	return err;
}

/* Objects that begin at the same place: requested ones first, then the largest. */
static int compare_places(const void *left, const void *right)
{
	const struct elf_chosen *a = left, *b = right;

	if (a->pointer != b->pointer)
		return a->pointer < b->pointer ? -1 : 1;
	if (a->object->start != b->object->start)
		return a->object->start < b->object->start ? -1 : 1;
	if (a->pointer && a->spec != b->spec)
		return a->spec < b->spec ? -1 : 1;
	if (a->asked_for != b->asked_for)
		return a->asked_for ? -1 : 1;
	if (a->object->bytes != b->object->bytes)
		return a->object->bytes > b->object->bytes ? -1 : 1;
	return strcmp(a->object->symbol, b->object->symbol);
}

static void take_shape(struct array_desc *array, struct elf_object *object)
{
	if (array->shape || array->end - array->start != object->bytes)
		return;
	array->shape = object->shape;
	object->shape = NULL;
}

static int put_array(struct elf_choice *ret, const struct elf_chosen *chosen)
{
	struct array_list *list = &ret->arrays;
	struct elf_object *object = chosen->object;
	struct array_desc *array = list->count ? &list->arrays[list->count - 1] : NULL;
	int err = 0;

	if (!array || array->start != object->start) {
		if (array_reserve((void **)&list->arrays, &list->capacity, list->count + 1,
				  sizeof(*list->arrays)))
			return -ENOMEM;
		array = &list->arrays[list->count];
		/* Not the address alone: the name of an object in a file never changes. */
		*array = (struct array_desc){ .source = ARRAY_ELF,
					      .name = elf_chosen_name(chosen),
					      .start = object->start,
					      .end = object->start + object->bytes,
					      .object = object->start };
		if (!array->name)
			return -ENOMEM;
		list->count++;
		err = elf_array_add_alias(array, elf_chosen_plain(chosen));
	}
	array->asked_for |= chosen->asked_for;
	take_shape(array, object);
	return err ? err : elf_array_add_alias(array, object->symbol);
}

static int put_pointer(struct elf_choice *ret, const struct elf_chosen *chosen)
{
	struct elf_pointer *last = ret->pointer_count ? &ret->pointers[ret->pointer_count - 1]
						      : NULL;
	struct elf_pointer pointer = { .spec = chosen->spec, .address = chosen->object->start };

	if (last && last->address == chosen->object->start && last->spec == chosen->spec)
		return 0;
	if (array_reserve((void **)&ret->pointers, &ret->pointer_capacity, ret->pointer_count + 1,
			  sizeof(*ret->pointers)))
		return -ENOMEM;
	pointer.name = elf_chosen_name(chosen);
	pointer.plain = format_new("*%s", elf_chosen_plain(chosen));
	if (!pointer.name || !pointer.plain) {
		free(pointer.name);
		free(pointer.plain);
		return -ENOMEM;
	}
	ret->pointers[ret->pointer_count++] = pointer;
	return 0;
}

int elf_choose(struct elf_object_list *objects, const struct elf_options *options,
	       struct elf_choice *ret)
{
	struct choosing choosing = { .options = options, .ret = ret };
	size_t i;
	int err;

	err = choose_all(&choosing, objects);
	if (!err) {
		elf_chosen_tell_apart(choosing.chosen, choosing.count);
		array_sort(choosing.chosen, choosing.count, sizeof(*choosing.chosen),
			   compare_places);
	}
	for (i = 0; !err && i < choosing.count; i++)
		err = choosing.chosen[i].pointer ? put_pointer(ret, &choosing.chosen[i])
						 : put_array(ret, &choosing.chosen[i]);
	free(choosing.chosen);
	return err;
}

void elf_choice__deinit(struct elf_choice *choice)
{
	size_t i;

	for (i = 0; i < choice->arrays.count; i++)
		array_desc__deinit(&choice->arrays.arrays[i]);
	free(choice->arrays.arrays);
	for (i = 0; i < choice->pointer_count; i++) {
		free(choice->pointers[i].name);
		free(choice->pointers[i].plain);
	}
	free(choice->pointers);
	symbol_miss_list__deinit(&choice->misses);
}
