/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* __main__ as a root; in a notebook, in turns. */
#include <errno.h>

#include "arrays/python/expand.h"
#include "arrays/python/find.h"
#include "arrays/python/notebook.h"
#include "arrays/python/walk.h"

int py_walk__add_main(struct py_walk *walk)
{
	size_t node = walk->count;
	uint64_t main, out, same;
	int err;

	py_walk__begin(walk, 0);
	if (py_module_dict(walk->py, "__main__", &main))
		return 0;
	err = py_walk__push_root(walk, main, "__main__");
	if (err || walk->count == node)
		return err;
	if (!py_dict_get(walk->py, main, "_oh", &same) &&
	    !py_dict_get(walk->py, main, "Out", &out) && out == same) {
		walk->main_node = node;
		walk->has_notebook = true;
		/* IPython's own objects also lead to it: not before its turn. */
		if (address_set__add(&walk->visited, out) < 0)
			return -ENOMEM;
	}
	/* At once, so that a global's name takes precedence over a local's of the same depth. */
	return py_expand(walk, walk->next++);
}

struct notebook_look {
	struct py_walk *walk;
	enum py_notebook_turn turn;
};

static int push_notebook_item(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	const struct notebook_look *look = ctx;
	struct py_walk *walk = look->walk;
	struct py_node way = { .object = value,
			       .label = key,
			       .slot = slot,
			       .parent = (uint32_t)walk->main_node,
			       .edge = EDGE_ATTR,
			       .depth = 1 };
	size_t node;

	if (py_notebook_turn(walk->py, key) != look->turn)
		return 0;
	if (look->turn != PY_NOTEBOOK_OUT)
		return py_walk__push(walk, &way);
	/* It counts as visited. */
	way.rests_on = py_links__use(&walk->links);
	return py_walk__add_node(walk, &way, &node);
}

int py_walk__add_notebook(struct py_walk *walk)
{
	struct notebook_look look = { walk, PY_NOTEBOOK_OUT };
	uint64_t main;
	int err = 0;

	if (!walk->has_notebook)
		return 0;
	main = walk->nodes[walk->main_node].object;
	/* Everything of the user's first. */
	err = py_walk__run(walk);
	for (; !err && look.turn < PY_NOTEBOOK_TURNS; look.turn++) {
		py_walk__begin(walk, main);
		err = py_walk_goes_on(py_each_item(walk->py, main, push_notebook_item, &look));
		if (!err)
			err = py_walk__run(walk);
	}
	return err;
}
