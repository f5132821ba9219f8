/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Follows the list of interpreters. */
#include "arrays/python/interpreters.h"

#define INTERPRETERS_MAX 256u

/* Include/cpython/pystate.h: Py_RTFLAGS_USE_MAIN_OBMALLOC, and the highest flag that exists */
#define FLAG_MAIN_ALLOCATOR (1ull << 5)
#define FLAGS_END (1ull << 16)

int py_each_other_interpreter(struct py *py, int (*visit)(void *ctx, struct py *py), void *ctx)
{
	const uint64_t main_interp = py->interp, main_modules = py->modules;
	uint64_t at;
	uint32_t i;
	int err = 0;

	if (py_word(py, py->runtime + (uint64_t)py->layout.rt_interp_head, &at))
		return 0;
	for (i = 0; !err && at && i < INTERPRETERS_MAX && py_in_time(py); i++) {
		py->interp = at;
		if (at != main_interp &&
		    !py_word(py, at + (uint64_t)py->layout.is_modules, &py->modules))
			err = visit(ctx, py);
		if (!err && py_word(py, at + (uint64_t)py->layout.is_next, &at))
			break;
	}
	py->interp = main_interp;
	py->modules = main_modules;
	return err;
}

static int count_apart(void *ctx, struct py *py)
{
	int32_t offset = py->layout.is_feature_flags;
	size_t *count = ctx;
	uint64_t flags;

	if (offset < 0)
		return 0;
	if (py_word(py, py->interp + (uint64_t)offset, &flags) || flags >= FLAGS_END ||
	    !(flags & FLAG_MAIN_ALLOCATOR))
		++*count;
	return 0;
}

size_t py_interpreters_apart(struct py *py)
{
	size_t count = 0;

	py_each_other_interpreter(py, count_apart, &count);
	return count;
}
