/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Goes node by node along the queue; and the roots that are modules. */
#include "arrays/python/walk.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "arrays/python/expand.h"
#include "arrays/python/find.h"
#include "arrays/python/interpreters.h"
#include "arrays/python/module_root.h"

int py_walk__run(struct py_walk *walk)
{
	int err = 0;

	while (!err && walk->next < walk->count && py_in_time(walk->py))
		err = py_expand(walk, walk->next++);
	/* What cannot be read is not followed; the walk goes on. */
	return err;
}

/* One by one, because each may lead to others and to more deferred ways. */
int py_walk__run_later(struct py_walk *walk, enum py_turn turn)
{
	struct py_later *later = &walk->later[turn];
	size_t i;
	int err = 0;

	for (i = 0; !err && i < later->count && py_in_time(walk->py); i++) {
		const struct py_node node = later->nodes[i];

		if (address_set__has(&walk->visited, node.object))
			continue;
		err = py_walk__push_deferred(walk, &node);
		if (!err)
			err = py_walk__run(walk);
	}
	later->count = 0;
	return err;
}

static int add_module_item(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	struct py_walk *walk = ctx;
	const struct py_type *type = py_type_of(walk->py, value);
	uint64_t dict, same;

	if (!type || type->kind != PY_MODULE)
		return 0;
	py_walk__begin(walk, value);
	py_follow_modules(walk->py);
	/* In sys.modules the key precedes the module. */
	if (py_follow(walk->py, slot - 8, &same) || py_follow(walk->py, slot, &same) ||
	    py_follow(walk->py, value + (uint64_t)walk->py->layout.md_dict, &dict))
		return 0;
	return py_walk__push_module(walk, dict, key);
}

int py_walk__add_other_modules(struct py_walk *walk)
{
	return py_walk_goes_on(py_each_item(walk->py, walk->py->modules, add_module_item, walk));
}

static int add_interpreter(void *ctx, struct py *py)
{
	struct py_walk *walk = ctx;
	char text[64];
	uint64_t id, dict;
	int err = 0;

	if (py_word(py, py->interp + (uint64_t)py->layout.is_id, &id))
		id = 0;
	snprintf(text, sizeof(text), "<interpreter %" PRIu64 ">.__main__", id);
	py_walk__begin(walk, 0);
	if (!py_module_dict(py, "__main__", &dict))
		err = py_walk__push_root(walk, dict, text);
	if (!err)
		err = py_walk__add_frames(walk);
	return err ? err : py_walk__add_other_modules(walk);
}

int py_walk__add_other_interpreters(struct py_walk *walk)
{
	return py_each_other_interpreter(walk->py, add_interpreter, walk);
}
