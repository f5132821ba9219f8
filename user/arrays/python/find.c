/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The runtime by its symbol, then down to what everything hangs from; each step is checked. */
#include "arrays/python/find.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/elf_symbol.h"
#include "collect/mapped_file.h"

/* Include/internal/pycore_debug_offsets.h */
#define DEBUG_COOKIE "xdebugpy"
#define DEBUG_FREE_THREADED 1

/* The program itself may have the interpreter in it under any name. */
static bool may_be_python(const struct vma *vma, const struct vma *program)
{
	const char *slash = strrchr(vma->path, '/');

	return vma->kind == VMA_FILE && slash &&
	       (vma == program || !strncmp(slash, "/python", 7) ||
		!strncmp(slash, "/libpython", 10));
}

/* The file's own VMAs, and the one behind them that holds its .bss. */
static void set_binary(struct py *py, size_t first)
{
	const struct vma *vmas = py->vmas->vmas;
	size_t i = first;

	py->binary_first = first;
	while (i < py->vmas->count &&
	       (vmas[i].inode == vmas[first].inode ||
		(vmas[i].kind == VMA_ANON && vmas[i].start == vmas[i - 1].end)))
		i++;
	py->binary_end = i;
}

static int find_runtime(struct py *py, const struct proc *proc)
{
	uint64_t address, bias;
	size_t i;
	int fd, err = -ENOENT;

	for (i = 0; err && i < py->vmas->count; i++) {
		const struct vma *vma = &py->vmas->vmas[i];

		if (!may_be_python(vma, py->vmas->vmas) || vma->offset)
			continue;
		fd = mapped_file_open(proc, vma);
		if (fd < 0)
			return fd;
		err = elf_object_address(fd, "_PyRuntime", &address);
		if (!err)
			err = elf_load_bias(fd, 0, vma->start, py->page_bytes, &bias);
		close(fd);
		if (!err) {
			py->runtime = address + bias;
			set_binary(py, i);
		}
	}
	return err;
}

/* The first half of what moves between patch levels is told by the target itself. */
static int read_debug_offsets(struct py *py, bool *free_threaded)
{
	char cookie[8];
	uint64_t word;
	int err;

	*free_threaded = false;
	if (py->layout.minor < 13)
		return 0;
	err = py_read(py, py->runtime, cookie, sizeof(cookie));
	if (!err && memcmp(cookie, DEBUG_COOKIE, sizeof(cookie)))
		err = -EINVAL;
	if (!err)
		err = py_word(py, py->runtime + 8 + 8 * DEBUG_FREE_THREADED, &word);
	if (!err)
		*free_threaded = word;
	return err;
}

/* sys.modules is a dict that knows sys and builtins, and these are modules. */
static int check_modules(struct py *py)
{
	static const char *const names[] = { "sys", "builtins" };
	const struct py_type *type = py_type_of(py, py->modules);
	size_t i;

	if (!type || type->kind != PY_DICT)
		return -EINVAL;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint64_t module;

		if (py_dict_get(py, py->modules, names[i], &module))
			return -EINVAL;
		type = py_type_of(py, module);
		if (!type || type->basicsize < 24)
			return -EINVAL;
	}
	return 0;
}

/* Every thread of an interpreter points back to it. */
static int check_threads(struct py *py)
{
	uint64_t thread, interp;
	int err;

	err = py_word(py, py->interp + (uint64_t)py->layout.is_tstate_head, &thread);
	if (!err)
		err = py_word(py, thread + (uint64_t)py->layout.ts_interp, &interp);
	return err ? err : interp == py->interp ? 0 : -EINVAL;
}

static int find_interpreter(struct py *py)
{
	const struct py_layout *layout = &py->layout;
	int err;

	err = py_word(py, py->runtime + (uint64_t)layout->rt_interp_head, &py->interp);
	if (!err && !py->interp)
		err = -EINVAL;
	if (!err)
		err = py_word(py, py->interp + (uint64_t)layout->is_modules, &py->modules);
	if (!err)
		err = check_threads(py);
	return err ? err : check_modules(py);
}

int py_module_dict(struct py *py, const char *name, uint64_t *ret)
{
	uint64_t module;
	int err;

	err = py_dict_get(py, py->modules, name, &module);
	return err ? err : py_word(py, module + (uint64_t)py->layout.md_dict, ret);
}

/* numpy may not be imported: then there is nothing to find, and that is no error. */
static void find_ndarray(struct py *py)
{
	uint64_t dict, type;

	if (py_module_dict(py, "numpy", &dict) || py_dict_get(py, dict, "ndarray", &type))
		return;
	if (py_type_at(py, type))
		py->ndarray_type = type;
}

static int say(char *why, size_t size, const char *text, const char *what)
{
	snprintf(why, size, text, what);
	return -ENOENT;
}

int py_find(struct py *py, const struct proc *proc, const char *runtime, char *why, size_t size)
{
	const struct py_layout *layout;
	bool free_threaded;
	int minor = 0, err;

	if (sscanf(runtime, "CPython 3.%d", &minor) != 1)
		return say(why, size, "the version of this Python is not known (%s)", runtime);
	layout = py_layout_of(minor);
	if (!layout)
		return say(why, size, "%s is not known: arrays have no names", runtime);
	py->layout = *layout;
	err = find_runtime(py, proc);
	if (err == -ENOENT || err == -ENOEXEC)
		return say(why, size, "%s: no _PyRuntime in its files", runtime);
	if (err)
		return err;
	err = read_debug_offsets(py, &free_threaded);
	if (!err && free_threaded)
		return say(why, size, "%s without the GIL is not supported", runtime);
	if (!err)
		err = find_interpreter(py);
	if (err == -ESRCH || err == -ENOMEM)
		return err;
	if (err)
		return say(why, size, "%s is laid out in a way that is not known", runtime);
	find_ndarray(py);
	return 0;
}
