/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Finds the runtime by its symbol, then goes down to what everything hangs from; checks each step.
 */
#include "arrays/python/find.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arrays/python/check.h"
#include "collect/elf/elf_symbol.h"
#include "collect/elf/mapped_file.h"
#include "collect/proc/program.h"

/* The program itself may contain the interpreter, under any name. */
static bool may_be_python(const struct vma *vma, const struct vma *program)
{
	const char *slash = strrchr(vma->path, '/');

	return vma_maps_file(vma) && slash &&
	       (vma == program || !strncmp(slash, "/python", 7) ||
		!strncmp(slash, "/libpython", 10));
}

/* Not only mapped to be read, as a debugger does; its text may be anonymous (huge pages). */
static bool is_loaded(const struct vma_list *list, size_t first)
{
	const struct vma *vmas = list->vmas;
	size_t i;

	for (i = first; i < list->count; i++) {
		bool own = vmas[i].inode == vmas[first].inode;

		if (i > first && (vmas[i].start != vmas[i - 1].end || (own && !vmas[i].offset) ||
				  (!own && vmas[i].kind != VMA_ANON)))
			return false;
		if (vmas[i].executable)
			return true;
	}
	return false;
}

/* The file's own VMAs, and the one after them with its .bss. */
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

/* The addresses of the runtime and of its hash key (0: unknown), in bytes. */
static int find_symbols(const struct py *py, int fd, const struct vma *vma, uint64_t *runtime,
			uint64_t *secret)
{
	uint64_t bias;
	int err;

	err = elf_object_address(fd, "_PyRuntime", runtime);
	if (!err)
		err = elf_load_bias(fd, 0, vma->start, py->page_bytes, &bias);
	if (err)
		return err;
	*runtime += bias;
	*secret = elf_object_address(fd, "_Py_HashSecret", secret) ? 0 : *secret + bias;
	return 0;
}

/* 0; -ENOENT: none of its files has the symbol; or why one cannot be opened. */
static int find_runtime(struct py *py, const struct proc *proc, uint64_t *secret)
{
	const struct vma *program = program_vma(proc, py->vmas);
	int fd, err, failed = -ENOENT;
	size_t i;

	for (i = 0; i < py->vmas->count; i++) {
		const struct vma *vma = &py->vmas->vmas[i];

		if (!may_be_python(vma, program) || vma->offset || !is_loaded(py->vmas, i))
			continue;
		fd = mapped_file_open(proc, vma);
		if (fd == -ENOENT)
			fd = -ESTALE;
		if (fd < 0) {
			failed = fd;
			continue;
		}
		err = find_symbols(py, fd, vma, &py->runtime, secret);
		close(fd);
		if (!err) {
			set_binary(py, i);
			return 0;
		}
	}
	return failed;
}

/* From 3.13 on the target describes part of its layout. */
static int refine_layout(struct py *py, const char **why)
{
	uint8_t debug[PY_DEBUG_BYTES_MAX];
	int err;

	if (py->layout.minor < 13)
		return 0;
	err = py_read(py, py->runtime, debug, sizeof(debug));
	if (!err)
		*why = py_layout_refine(&py->layout, debug, sizeof(debug));
	return err ? err : *why ? -EINVAL : 0;
}

static int look_for_python(struct py *py, const struct proc *proc, const char **why)
{
	int err = refine_layout(py, why);

	return err ? err : py_check(py, proc, why);
}

/* A running target may be in the middle of a change: retry what fails. */
static int look_twice(struct py *py, const struct proc *proc, const char **why)
{
	const struct py_layout row = py->layout;
	int err = look_for_python(py, proc, why);

	if (err != -EINVAL && err != -EFAULT)
		return err;
	py->layout = row;
	*why = NULL;
	memsrc__forget(py->memsrc);
	py_types__free(py->types);
	py->types = py_types__new();
	return py->types ? look_for_python(py, proc, why) : -ENOMEM;
}

static int take_first_key(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	uint64_t *ret = ctx;

	(void)value;
	(void)slot;
	*ret = key;
	return 1;
}

/* Names are then looked up as the target does it; a cached hash shows how. */
static void learn_hash(struct py *py, uint64_t secret)
{
	static const unsigned int rounds[] = { 1, 2 };
	struct py_hash hash;
	char name[PY_NAME_MAX];
	uint64_t str, own;
	size_t i;

	/* PyASCIIObject: hash follows length. */
	if (!secret || py_read(py, secret, hash.key, sizeof(hash.key)) ||
	    py_each_item(py, py->modules, take_first_key, &str) != 1 ||
	    py_string(py, str, name, sizeof(name)) ||
	    py_word(py, str + (uint64_t)py->layout.uc_length + 8, &own))
		return;
	for (i = 0; i < sizeof(rounds) / sizeof(rounds[0]); i++) {
		hash.rounds = rounds[i];
		if (py_str_hash(&hash, name, strlen(name)) == own)
			py->hash = hash;
	}
}

void py_follow_modules(struct py *py)
{
	uint64_t word;

	py_follow(py, py->interp + (uint64_t)py->layout.is_modules, &word);
	py_follow(py, py->modules + (uint64_t)py->layout.ma_keys, &word);
}

int py_module_dict(struct py *py, const char *name, uint64_t *ret)
{
	uint64_t module;
	int err;

	py_follow_modules(py);
	err = py_dict_get(py, py->modules, name, &module);
	return err ? err : py_follow(py, module + (uint64_t)py->layout.md_dict, ret);
}

__attribute__((format(printf, 3, 4))) static int say(char *why, size_t size, const char *format,
						     ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, size, format, arguments);
	va_end(arguments);
	return -ENOENT;
}

/* In words: why its files did not lead to a runtime; or returns err if that is no answer. */
static int say_no_runtime(int err, const char *runtime, char *why, size_t size)
{
	if (err == -ENOENT)
		return say(why, size, "%s: no _PyRuntime in its files", runtime);
	if (err == -ESTALE)
		return say(why, size,
			   "%s: its program was deleted or replaced, and only root can read it",
			   runtime);
	if (err == -ESRCH || err == -ENOMEM)
		return err;
	return say(why, size, "%s: its program cannot be read: %s", runtime, strerror(-err));
}

int py_find(struct py *py, const struct proc *proc, const char *runtime, char *why, size_t size)
{
	const char *reason = NULL;
	const struct py_layout *layout;
	int minor = 0, err;
	uint64_t secret;

	layout = sscanf(runtime, "CPython 3.%d", &minor) == 1 ? py_layout_of(minor) : NULL;
	if (!layout)
		return say(why, size, "the layout of %s is unknown: its arrays cannot be found",
			   runtime);
	py->layout = *layout;
	err = find_runtime(py, proc, &secret);
	if (err)
		return say_no_runtime(err, runtime, why, size);
	err = look_twice(py, proc, &reason);
	if (err == -EINVAL && reason)
		return say(why, size, "%s cannot be read: %s", runtime, reason);
	if (err == -EFAULT || err == -EINVAL)
		return say(why, size,
			   "%s cannot be read: memory that leads to its objects is not resident",
			   runtime);
	/* The budget is spent: py->cut says so. */
	if (err == -ENOSPC)
		return say(why, size, "%s cannot be read: %s", runtime, py->cut);
	if (!err)
		learn_hash(py, secret);
	return err;
}
