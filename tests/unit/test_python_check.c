/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A real Python in whose memory single words are forged: each invariant, broken, is noticed and
 * named; what can be found elsewhere is found.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "arrays/python/find.h"
#include "arrays/python/arenas.h"
#include "collect/proc/proc_thread.h"
#include "forged_python.h"

static void interpreters(void **state)
{
	struct target *target = *state;
	const struct py_layout *layout;
	struct py py;

	if (!target)
		skip();
	find_truth(target);
	py = target->py;
	layout = &py.layout;
	forge(target, at(py.runtime, layout->rt_interp_head), 0);
	refused(target, "does not end with the main one");
	forge(target, at(py.runtime, layout->rt_interp_head), 0x10);
	refused(target, "memory that leads to its objects is not resident");
	forge(target, at(py.interp, layout->is_id), 1);
	refused(target, "does not end with the main one");
	/* a list that bites its tail */
	forge(target, at(py.interp, layout->is_id), 1);
	forge(target, at(py.interp, layout->is_next), py.interp);
	refused(target, "does not end with the main one");
}

static void threads(void **state)
{
	struct target *target = *state;
	const struct py_layout *layout;
	uint64_t thread;
	struct py py;

	if (!target)
		skip();
	find_truth(target);
	py = target->py;
	layout = &py.layout;
	thread = truth(target, at(py.interp, layout->is_tstate_head));
	forge(target, at(thread, layout->ts_interp), py.interp + 8);
	refused(target, "do not point back");
	forge(target, at(thread, layout->ts_next), thread);
	refused(target, "do not point back");
	forge(target, at(thread, layout->ts_next), py.modules);
	refused(target, "do not point back");
	if (layout->ts_native_id >= 0) {
		forge(target, at(thread, layout->ts_native_id), 1);
		refused(target, "has an id that Python knows");
		forge(target, at(thread, layout->ts_native_id),
		      (1ull << 32) | (uint64_t)target->pid);
		refused(target, "has an id that Python knows");
	}
}

/* From 3.13.4 on an interpreter keeps its main thread by another word besides. */
static void hide(struct target *target, const struct py *py, uint64_t word)
{
	uint64_t offset, end = (uint64_t)py->layout.is_size - 16;

	for (offset = 0; offset < end; offset += sizeof(word)) {
		if (truth(target, py->interp + offset) == word)
			forge(target, py->interp + offset, 0);
	}
}

/* An interpreter of another patch level: the pointers stand elsewhere. */
static void moved(void **state)
{
	struct target *target = *state;
	const struct py_layout *layout;
	uint64_t thread;
	struct py py;

	if (!target)
		skip();
	find_truth(target);
	py = target->py;
	layout = &py.layout;
	thread = truth(target, at(py.interp, layout->is_tstate_head));
	hide(target, &py, thread);
	forge(target, at(py.interp, layout->is_size - 8), thread);
	forge(target, at(py.interp, layout->is_modules), py.modules + 16);
	forge(target, at(py.interp, layout->is_size - 16), py.modules);
	assert_int_equal(find(target), 0);
	assert_int_equal(target->py.modules, py.modules);
	assert_int_equal(target->py.layout.is_tstate_head, layout->is_size - 8);
	assert_int_equal(target->py.layout.is_modules, layout->is_size - 16);
	find_truth(target);
	hide(target, &py, thread);
	refused(target, "do not point back");
	forge(target, at(py.interp, layout->is_modules), 0);
	refused(target, "its sys.modules is not found");
}

static void types(void **state)
{
	struct target *target = *state;
	uint64_t dict_type, type_type, found, str_type, name;
	const struct py_layout *layout;
	struct py py;

	if (!target)
		skip();
	find_truth(target);
	py = target->py;
	layout = &py.layout;
	dict_type = truth(target, at(py.modules, layout->ob_type));
	type_type = truth(target, at(dict_type, layout->ob_type));
	forge(target, at(type_type, layout->ob_type), dict_type);
	refused(target, "its metatype is not 'type'");
	name = truth(target, at(dict_type, layout->tp_name));
	forge(target, at(type_type, layout->tp_name), name);
	refused(target, "its metatype is not 'type'");
	/* co_name of the frame is a str for sure */
	found = truth(target, at(py.interp, layout->is_tstate_head));
	if (layout->ts_cframe >= 0)
		found = truth(target,
			      at(truth(target, at(found, layout->ts_cframe)), layout->cf_current));
	else
		found = truth(target, at(found, layout->ts_frame));
	found = truth(target, at(found, layout->fr_code)) & ~3ull;
	str_type = truth(target, at(truth(target, at(found, layout->co_name)), layout->ob_type));
	forge(target, at(str_type, layout->tp_name), name);
	refused(target, "the keys of its sys.modules are not str");
	/* Names whose page is not there say nothing. */
	forge(target, at(str_type, layout->tp_name), 0x10);
	assert_int_equal(find(target), 0);
}

/* The address of None: __main__.__spec__ of a program given by -c. */
static uint64_t find_none(struct target *target)
{
	struct py py = target->py;
	uint64_t dict, none = 0;

	py.memsrc = target->truth;
	py.types = py_types__new();
	assert_non_null(py.types);
	assert_int_equal(py_module_dict(&py, "__main__", &dict), 0);
	assert_int_equal(py_dict_get(&py, dict, "__spec__", &none), 0);
	py_types__free(py.types);
	return none;
}

static void frames(void **state)
{
	struct target *target = *state;
	const struct py_layout *layout;
	uint64_t thread, frame, code;
	struct py py;

	if (!target)
		skip();
	find_truth(target);
	py = target->py;
	layout = &py.layout;
	thread = truth(target, at(py.interp, layout->is_tstate_head));
	if (layout->ts_cframe >= 0)
		frame = at(truth(target, at(thread, layout->ts_cframe)), layout->cf_current);
	else
		frame = at(thread, layout->ts_frame);
	frame = truth(target, frame);
	code = truth(target, at(frame, layout->fr_code)) & ~3ull;
	forge(target, at(frame, layout->fr_code), py.modules);
	refused(target, "none of its frames runs code");
	forge(target, at(frame, layout->fr_code), 0x10);
	refused(target, "none of its frames runs code");
	forge(target, at(code, layout->co_filename), py.modules);
	refused(target, "none of its frames runs code");
	/* A frame between Python and C runs None: it says nothing. */
	forge(target, at(frame, layout->fr_code), find_none(target));
	assert_int_equal(find(target), 0);
	find_truth(target);
	/* caught once in the middle of a change: looked at anew */
	forge(target, at(frame, layout->fr_code), py.modules);
	target->loads = 0;
	target->forged_loads = 1;
	assert_int_equal(find(target), 0);
	assert_int_equal(target->loads, 2);
}

static int find_arenas(struct target *target)
{
	struct py_arenas arenas;
	struct py py = target->py;
	int err;

	py.types = py_types__new();
	py.memsrc = forged_memory(target);
	assert_non_null(py.types);
	err = py_arenas__find(&arenas, &py);
	py_arenas__deinit(&arenas);
	py_types__free(py.types);
	memsrc__close(py.memsrc);
	target->patch_count = 0;
	return err;
}

/* Objects/obmalloc.c: used 4, free 8, links 16, arena 4, class 4, offsets 4 and 4 bytes. */
static void pools(void **state)
{
	struct target *target = *state;
	uint64_t pool, offsets;

	if (!target)
		skip();
	find_truth(target);
	if (target->py.layout.minor < 10)
		skip();
	assert_int_equal(find_arenas(target), 0);
	pool = target->py.modules / (16u << 10) * (16u << 10);
	offsets = truth(target, pool + 40);
	/* None of these is the head of a pool that holds what we know to be there. */
	forge(target, pool, truth(target, pool) >> 32 << 32);
	assert_int_equal(find_arenas(target), -ENOENT);
	forge(target, pool, 16u << 10);
	assert_int_equal(find_arenas(target), -ENOENT);
	forge(target, pool + 32, truth(target, pool + 32) | 1ull << 37);
	assert_int_equal(find_arenas(target), -ENOENT);
	forge(target, pool + 40, offsets >> 32 << 32 | POOL_HEAD_BYTES);
	assert_int_equal(find_arenas(target), -ENOENT);
	forge(target, pool + 40, (uint32_t)offsets | 1ull << 62);
	assert_int_equal(find_arenas(target), -ENOENT);
}

/* Another version's layout on this memory, and versions that nobody knows. */
static void other_versions(void **state)
{
	static const char *const unknown[] = { "CPython 3.7.16", "CPython 3.16.0", "CPython 2.7",
					       "CPython 3", "CPython" };
	struct target *target = *state;
	char runtime[sizeof(target->runtime)];
	int32_t own, minor;
	size_t i;

	if (!target)
		skip();
	find_truth(target);
	own = target->py.layout.minor;
	memcpy(runtime, target->runtime, sizeof(runtime));
	for (minor = 8; minor <= 15; minor++) {
		if (minor == own)
			continue;
		snprintf(target->runtime, sizeof(target->runtime), "CPython 3.%d.0", minor);
		if (!find(target))
			fail_msg("3.%d was read as 3.%d", own, minor);
		assert_non_null(strstr(target->why, "cannot be read"));
	}
	for (i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		snprintf(target->runtime, sizeof(target->runtime), "%s", unknown[i]);
		assert_int_equal(find(target), -ENOENT);
		assert_non_null(strstr(target->why, "is unknown"));
		assert_non_null(strstr(target->why, unknown[i]));
	}
	memcpy(target->runtime, runtime, sizeof(runtime));
}

static void own_threads(void **state)
{
	struct procfs *procfs = NULL;
	struct proc *proc = NULL;
	bool has = false;

	(void)state;
	assert_int_equal(procfs__open("/proc", &procfs), 0);
	assert_int_equal(proc__open(procfs, (uint32_t)getpid(), &proc), 0);
	assert_int_equal(proc__has_thread(proc, (uint32_t)gettid(), &has), 0);
	assert_true(has);
	assert_int_equal(proc__has_thread(proc, (uint32_t)getppid(), &has), 0);
	assert_false(has);
	proc__close(proc);
	procfs__close(procfs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interpreters), cmocka_unit_test(threads),
		cmocka_unit_test(moved),	cmocka_unit_test(types),
		cmocka_unit_test(frames),	cmocka_unit_test(other_versions),
		cmocka_unit_test(own_threads),	cmocka_unit_test(pools),
	};

	return cmocka_run_group_tests_name("python check", tests, forged_python_start,
					   forged_python_end);
}
