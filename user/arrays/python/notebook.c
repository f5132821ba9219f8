/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* IPython/core/interactiveshell.py and history.py: what IPython adds to the user's names. */
#include "arrays/python/notebook.h"

#include <string.h>

static const struct {
	const char *name;
	enum py_notebook_turn turn;
} own_names[] = {
	{ "Out", PY_NOTEBOOK_OUT },
	{ "_oh", PY_NOTEBOOK_NEVER },
	{ "_", PY_NOTEBOOK_LAST },
	{ "__", PY_NOTEBOOK_LAST },
	{ "___", PY_NOTEBOOK_LAST },
	{ "In", PY_NOTEBOOK_SHELL },
	{ "_ih", PY_NOTEBOOK_SHELL },
	{ "_dh", PY_NOTEBOOK_SHELL },
	{ "get_ipython", PY_NOTEBOOK_SHELL },
	{ "_i", PY_NOTEBOOK_SHELL },
	{ "_ii", PY_NOTEBOOK_SHELL },
	{ "_iii", PY_NOTEBOOK_SHELL },
	{ "exit", PY_NOTEBOOK_SHELL },
	{ "quit", PY_NOTEBOOK_SHELL },
};

static bool is_decimal(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == '\0';
}

enum py_notebook_turn py_notebook_turn(struct py *py, uint64_t key)
{
	char name[PY_NAME_MAX];
	size_t i;

	if (py_string(py, key, name, sizeof(name)))
		return PY_NOTEBOOK_USER;
	for (i = 0; i < sizeof(own_names) / sizeof(own_names[0]); i++) {
		if (!strcmp(name, own_names[i].name))
			return own_names[i].turn;
	}
	if (name[0] == '_' && is_decimal(name + 1))
		return PY_NOTEBOOK_NUMBERED;
	if (!strncmp(name, "_i", 2) && is_decimal(name + 2))
		return PY_NOTEBOOK_SHELL;
	return PY_NOTEBOOK_USER;
}
