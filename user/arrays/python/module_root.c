/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The name of a module. */
#include "arrays/python/module_root.h"

#include <string.h>

#include "arrays/python/identifier.h"
#include "arrays/python/key_text.h"

#define MODULE_BYTES 2048u

static bool is_dotted_identifiers(char *name)
{
	char *dot;

	for (; (dot = strchr(name, '.')); name = dot + 1) {
		bool fits;

		*dot = '\0';
		fits = py_text_is_identifier(name);
		*dot = '.';
		if (!fits)
			return false;
	}
	return py_text_is_identifier(name);
}

int py_walk__push_module(struct py_walk *walk, uint64_t dict, uint64_t name)
{
	char memory[MODULE_BYTES];
	struct text_buffer text = text_buffer__over(memory, sizeof(memory));

	if (!py_string(walk->py, name, memory, PY_NAME_MAX) && is_dotted_identifiers(memory))
		return py_walk__push_root(walk, dict, memory);
	text_buffer__shorten(&text, 0);
	text_buffer__add(&text, "sys.modules[");
	py_put_key(walk->py, name, &text);
	text_buffer__add(&text, "]");
	return py_walk__push_root(walk, dict, memory);
}
