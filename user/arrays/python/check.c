/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The invariants, each with its message. */
#include "arrays/python/check.h"

#include <errno.h>
#include <string.h>

#include "collect/proc/maps.h"
#include "collect/proc/proc_thread.h"

#define INTERPRETERS_MAX 4096u
#define THREADS_MAX 4096u
#define FRAMES_MAX 512u
#define NAME_BYTES 32u
#define STACK_REF_MASK (~3ull) /* 3.14: tagged references */
#define MODULE_BYTES_MIN 24u

static int refuse_python(const char **why, const char *text)
{
	*why = text;
	return -EINVAL;
}

bool py_type_called(struct py *py, uint64_t type, const char *name)
{
	char found[NAME_BYTES];
	uint64_t at;
	size_t i;

	if (py_word(py, type + (uint64_t)py->layout.tp_name, &at))
		return true;
	for (i = 0; i < sizeof(found); i++) {
		if (py_read(py, at + i, &found[i], 1))
			return true;
		if (found[i] != name[i])
			return false;
		if (!name[i])
			return true;
	}
	return false;
}

static bool is_instance_of(struct py *py, uint64_t object, enum py_kind kind, const char *name)
{
	const struct py_type *type = py_type_of(py, object);

	return type && (type->kind == kind || kind == PY_OTHER) &&
	       py_type_called(py, type->address, name);
}

/* The list begins with the newest interpreter; the main one has number 0. */
static int find_main(struct py *py, const char **why)
{
	const struct py_layout *layout = &py->layout;
	uint64_t at, id;
	uint32_t i;
	int err;

	err = py_word(py, py->runtime + (uint64_t)layout->rt_interp_head, &at);
	for (i = 0; !err && at && i < INTERPRETERS_MAX; i++) {
		py->interp = at;
		err = py_word(py, at + (uint64_t)layout->is_id, &id);
		if (!err && !id)
			return 0;
		if (!err)
			err = py_word(py, at + (uint64_t)layout->is_next, &at);
	}
	if (err)
		return err;
	return refuse_python(why, "its list of interpreters does not end with the main one");
}

/* Every thread must point back to its interpreter. */
static bool are_threads(struct py *py, uint64_t thread)
{
	const struct py_layout *layout = &py->layout;
	uint64_t interp;
	uint32_t i;

	if (!thread)
		return false;
	for (i = 0; thread && i < THREADS_MAX && py_in_time(py); i++) {
		if (py_word(py, thread + (uint64_t)layout->ts_interp, &interp) ||
		    interp != py->interp ||
		    py_word(py, thread + (uint64_t)layout->ts_next, &thread))
			return false;
	}
	return !thread;
}

/* Nothing precedes the first thread: its first word, prev, is 0. */
static bool is_first_thread(struct py *py, uint64_t thread)
{
	uint64_t previous;

	return !py_word(py, thread, &previous) && !previous && are_threads(py, thread);
}

static bool is_modules(struct py *py, uint64_t dict)
{
	static const char *const names[] = { "sys", "builtins" };
	uint64_t module;
	size_t i;

	if (!is_instance_of(py, dict, PY_DICT, "dict"))
		return false;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct py_type *type;

		if (py_dict_get(py, dict, names[i], &module))
			return false;
		type = py_type_of(py, module);
		if (!type || type->basicsize < MODULE_BYTES_MIN || type->kind != PY_MODULE)
			return false;
	}
	return true;
}

/* The index of the interpreter's word that points to what is wanted; -1: none. */
static int32_t search_interpreter(struct py *py, bool (*is_it)(struct py *, uint64_t))
{
	int32_t offset;

	for (offset = 0; offset + 8 <= py->layout.is_size && py_in_time(py); offset += 8) {
		const struct vma *vma;
		uint64_t word;

		if (py_word(py, py->interp + (uint64_t)offset, &word) || !word || word % 8)
			continue;
		vma = vma_list__find(py->vmas, word);
		if (vma && vma->writable && is_it(py, word))
			return offset;
	}
	return -1;
}

/* Reads *field's pointer; if that is wrong, searches the interpreter for it. */
static int find_pointer(struct py *py, int32_t *field, bool (*is_it)(struct py *, uint64_t),
			uint64_t *ret)
{
	int32_t offset;

	if (!py_word(py, py->interp + (uint64_t)*field, ret) && is_it(py, *ret))
		return 0;
	offset = search_interpreter(py, is_it);
	if (offset < 0)
		return py->cut ? -ENOSPC : -EINVAL;
	*field = offset;
	return py_word(py, py->interp + (uint64_t)offset, ret);
}

/* At least one: others may belong to interpreters made by a thread that has ended since. */
static int check_ids(struct py *py, const struct proc *proc, uint64_t thread, const char **why)
{
	const struct py_layout *layout = &py->layout;
	bool known = false;
	uint64_t tid;
	uint32_t i;

	if (layout->ts_native_id < 0)
		return 0;
	for (i = 0; !known && thread && i < THREADS_MAX; i++) {
		if (py_word(py, thread + (uint64_t)layout->ts_native_id, &tid))
			return -EFAULT;
		/* Not permitted: that says nothing about the target. */
		if (tid && tid <= INT32_MAX && proc__has_thread(proc, (uint32_t)tid, &known))
			return 0;
		if (!known && py_word(py, thread + (uint64_t)layout->ts_next, &thread))
			return -EFAULT;
	}
	return known ? 0
		     : refuse_python(
			       why,
			       "none of its threads has an id that Python knows (C code may have forked it)");
}

/* type(type) is type; the keys of sys.modules are str. */
static int check_types(struct py *py, const char **why)
{
	uint64_t type, meta, meta_meta;
	int err;

	err = py_word(py, py->modules + (uint64_t)py->layout.ob_type, &type);
	if (!err)
		err = py_word(py, type + (uint64_t)py->layout.ob_type, &meta);
	if (!err)
		err = py_word(py, meta + (uint64_t)py->layout.ob_type, &meta_meta);
	if (err)
		return err;
	if (meta != meta_meta || !py_type_called(py, meta, "type"))
		return refuse_python(why, "its metatype is not 'type'");
	return 0;
}

static int is_str_key(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	(void)value;
	(void)slot;
	return is_instance_of(ctx, key, PY_STR, "str");
}

/* -1: nothing could be read; 0: no frame runs code; 1: one does. */
static int has_code(struct py *py, uint64_t thread)
{
	const struct py_layout *layout = &py->layout;
	uint64_t at = thread, frame, code, name;
	int found = -1;
	uint32_t i;

	if (layout->ts_cframe >= 0) {
		if (py_word(py, thread + (uint64_t)layout->ts_cframe, &at))
			return -1;
		at += (uint64_t)layout->cf_current;
	} else {
		at += (uint64_t)layout->ts_frame;
	}
	for (i = 0; i < FRAMES_MAX && !py_word(py, at, &frame) && frame; i++) {
		at = frame + (uint64_t)layout->fr_prev;
		if (py_word(py, frame + (uint64_t)layout->fr_code, &code))
			return 0;
		code &= STACK_REF_MASK;
		/* From 3.13 on there is a frame that runs None between Python and C. */
		if (is_instance_of(py, code, PY_LEAF, "NoneType"))
			continue;
		found = 0;
		if (is_instance_of(py, code, PY_CODE, "code") &&
		    !py_word(py, code + (uint64_t)layout->co_filename, &name) &&
		    is_instance_of(py, name, PY_STR, "str"))
			return 1;
	}
	return found;
}

/* A thread may be just changing its frames: one readable thread is enough. */
static int check_frames(struct py *py, uint64_t thread, const char **why)
{
	bool frames = false;
	uint32_t i;

	for (i = 0; thread && i < THREADS_MAX && py_in_time(py); i++) {
		int found = has_code(py, thread);

		if (found > 0)
			return 0;
		frames |= !found;
		if (py_word(py, thread + (uint64_t)py->layout.ts_next, &thread))
			break;
	}
	return frames ? refuse_python(why, "none of its frames runs code") : 0;
}

int py_check(struct py *py, const struct proc *proc, const char **why)
{
	struct py_layout *layout = &py->layout;
	uint64_t thread;
	int err;

	err = find_main(py, why);
	if (err)
		return err;
	err = find_pointer(py, &layout->is_tstate_head, is_first_thread, &thread);
	if (err == -EINVAL)
		return refuse_python(why, "its threads do not point back to their interpreter");
	if (!err)
		err = check_ids(py, proc, thread, why);
	if (err)
		return err;
	err = find_pointer(py, &layout->is_modules, is_modules, &py->modules);
	if (err == -EINVAL)
		return refuse_python(why, "its sys.modules is not found");
	if (!err)
		err = check_types(py, why);
	if (!err && py_each_item(py, py->modules, is_str_key, py) != 1)
		return refuse_python(why, "the keys of its sys.modules are not str");
	return err ? err : check_frames(py, thread, why);
}
