/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/symbol_spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/parse.h"
#include "commands/usage.h"

/* The ':' after a file's name: a single one, because "::" belongs to the symbol. */
static const char *single_colon(const char *text)
{
	const char *at;

	for (at = strchr(text, ':'); at; at = strchr(at, ':')) {
		if (at[1] != ':')
			return at;
		at += 2;
	}
	return NULL;
}

static int add_spec(struct symbol_list *list, const struct symbol_spec *spec)
{
	if (array_reserve((void **)&list->specs, &list->capacity, list->count + 1,
			  sizeof(*list->specs)))
		return -ENOMEM;
	list->specs[list->count++] = *spec;
	return 0;
}

/* [*][BINARY:]NAME, and for a pointer [=LEN]; the star may also precede NAME. */
int symbol_spec__add(struct symbol_list *list, const char *typed, const char *text)
{
	struct symbol_spec spec = { .pointer = *text == '*' };
	const char *rest = text + spec.pointer, *colon = single_colon(rest);
	const char *name = colon ? colon + 1 : rest, *equals, *end;

	if (!spec.pointer && *name == '*') {
		spec.pointer = true;
		name++;
	}
	equals = strrchr(name, '=');
	end = name + strlen(name);
	if (spec.pointer && equals) {
		if (parse_address(equals + 1, &spec.bytes) && parse_bytes(equals + 1, &spec.bytes))
			return usage_error("%s '%s': '%s' is not a length", typed, text,
					   equals + 1);
		if (!spec.bytes)
			return usage_error("%s '%s' is empty", typed, text);
		end = equals;
	}
	if (name == end || *name == '*' || colon == rest)
		return usage_error("%s '%s' is not [BINARY:]NAME or '*[BINARY:]NAME[=LEN]'", typed,
				   text);
	spec.text = strdup(text);
	spec.name = strndup(name, (size_t)(end - name));
	spec.binary = colon ? strndup(rest, (size_t)(colon - rest)) : NULL;
	if (!spec.text || !spec.name || (colon && !spec.binary) || add_spec(list, &spec)) {
		free(spec.text);
		free(spec.name);
		free(spec.binary);
		return STATUS_INTERNAL;
	}
	return -1;
}
