/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * __main__ of an IPython or a Jupyter kernel: what its user has named comes first; what the
 * notebook keeps (Out[3], _3, _) names only what has no other name, and else is an alias.
 */
#include <errno.h>
#include <string.h>

#include "arrays/python/find.h"
#include "arrays/python/walk.h"

/* IPython/core/interactiveshell.py and history.py: what is put into the user's names. */
enum turn {
	TURN_USER,
	TURN_OUT,      /* Out[3] */
	TURN_NUMBERED, /* _3 */
	TURN_LAST,     /* _ __ ___ */
	TURN_SHELL,    /* what leads into IPython itself, and the input */
	TURNS,
	NO_TURN = TURNS, /* _oh is Out */
};

static const struct {
	const char *name;
	enum turn turn;
} own_names[] = {
	{ "Out", TURN_OUT },	{ "_oh", NO_TURN },	{ "_", TURN_LAST },
	{ "__", TURN_LAST },	{ "___", TURN_LAST },	{ "In", TURN_SHELL },
	{ "_ih", TURN_SHELL },	{ "_dh", TURN_SHELL },	{ "get_ipython", TURN_SHELL },
	{ "_i", TURN_SHELL },	{ "_ii", TURN_SHELL },	{ "_iii", TURN_SHELL },
	{ "exit", TURN_SHELL }, { "quit", TURN_SHELL },
};

static bool is_number(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == '\0';
}

int py_notebook_turn(struct py_walk *walk, uint64_t key)
{
	char name[PY_NAME_MAX];
	size_t i;

	if (py_string(walk->py, key, name, sizeof(name)))
		return TURN_USER;
	for (i = 0; i < sizeof(own_names) / sizeof(own_names[0]); i++) {
		if (!strcmp(name, own_names[i].name))
			return (int)own_names[i].turn;
	}
	if (name[0] == '_' && is_number(name + 1))
		return TURN_NUMBERED;
	if (!strncmp(name, "_i", 2) && is_number(name + 2))
		return TURN_SHELL;
	return TURN_USER;
}

int py_walk__add_main(struct py_walk *walk)
{
	size_t node = walk->count;
	uint64_t main, out, same;
	int err;

	if (py_module_dict(walk->py, "__main__", &main))
		return 0;
	err = py_walk__push_root(walk, main, "__main__");
	if (err || walk->count == node)
		return err;
	if (!py_dict_get(walk->py, main, "_oh", &same) &&
	    !py_dict_get(walk->py, main, "Out", &out) && out == same) {
		walk->main_node = node;
		walk->has_notebook = true;
		/* IPython's own objects lead to it as well: not before its turn. */
		if (address_set__add(&walk->visited, out) < 0)
			return -ENOMEM;
	}
	/* At once: a global is called so before it is called after a local of the same depth. */
	return py_expand(walk, walk->next++);
}

struct taking {
	struct py_walk *walk;
	int turn;
};

static int take(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	const struct taking *taking = ctx;
	struct py_walk *walk = taking->walk;
	const struct py_node way = { .object = value,
				     .label = key,
				     .slot = slot,
				     .parent = (uint32_t)walk->main_node,
				     .edge = EDGE_ATTR,
				     .depth = 1 };
	size_t node;

	if (py_notebook_turn(walk, key) != taking->turn)
		return 0;
	/* It counts as seen already. */
	if (taking->turn == TURN_OUT)
		return py_walk__add_node(walk, &way, &node);
	return py_walk__push(walk, &way);
}

int py_walk__add_notebook(struct py_walk *walk)
{
	struct taking taking = { walk, TURN_OUT };
	int err = 0;

	if (!walk->has_notebook)
		return 0;
	/* All that is the user's first. */
	err = py_walk__run(walk);
	for (; !err && taking.turn < TURNS; taking.turn++) {
		err = py_walk_goes_on(
			py_each_item(walk->py, walk->nodes[walk->main_node].object, take, &taking));
		if (!err)
			err = py_walk__run(walk);
	}
	return err;
}
