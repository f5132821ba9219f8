/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* CPython and numpy by the mapped files. */
#include "collect/elf/runtime.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collect/elf/elf_symbol.h"
#include "collect/elf/mapped_file.h"
#include "collect/elf/python_version.h"
#include "collect/proc/program.h"

#define VERSION_MAX 32
#define ENTRIES_MAX 100000 /* entries of a site-packages folder that are read at most */

/* An interpreter, by the file names of its program and its library. */
struct kind {
	const char *title;
	const char *program; /* before the version */
	const char *library;
	const char *marks;  /* letters that may follow it */
	bool needs_version; /* its library: without a version it is a stub */
};

/*
 * libpython3.so is a stub without the interpreter. PyPy's library is libpypy3.11-c.so, GraalPy's
 * libpythonvm.so.
 */
static const struct kind kinds[] = {
	{ "CPython", "python", "libpython", "dmut", true },
	{ "PyPy", "pypy", "libpypy", "-c", true },
	{ "GraalPy", "graalpy", "libpythonvm", "", false },
};

static const char deleted[] = " (deleted)";

static bool is_end_of_program(const char *rest)
{
	return !*rest || !strcmp(rest, deleted);
}

/*
 * "3.11" from "libpython3.11.so.1.0", "python3.11", "libpython3.13t.so"; "3" from
 * "python3"; false for anything else.
 */
static bool version_from_path(const char *path, const struct kind *kind, char *version, size_t size)
{
	const char *name = strrchr(path, '/');
	size_t length = strlen(kind->library);
	const char *rest;
	bool library;

	name = name ? name + 1 : path;
	library = !strncmp(name, kind->library, length);
	if (!library)
		length = strlen(kind->program);
	if (!library && strncmp(name, kind->program, length))
		return false;
	name += length;
	length = strspn(name, "0123456789.");
	while (length && name[length - 1] == '.')
		length--;
	rest = name + length + strspn(name + length, kind->marks);
	if (length >= size)
		return false;
	if (library ? strncmp(rest, ".so", 3) || (kind->needs_version && !memchr(name, '.', length))
		    : !is_end_of_program(rest))
		return false;
	memcpy(version, name, length);
	version[length] = '\0';
	return true;
}

/* "1.24.2" from "numpy-1.24.2.dist-info" or "numpy-1.24.2.egg-info"; else false. */
static bool numpy_from_entry(const char *name, char *version, size_t size)
{
	const char *end;
	size_t length;

	if (strncmp(name, "numpy-", 6))
		return false;
	name += 6;
	end = strstr(name, ".dist-info");
	if (!end)
		end = strstr(name, ".egg-info");
	if (!end)
		return false;
	length = (size_t)(end - name);
	if (*name < '0' || *name > '9' || length >= size ||
	    strspn(name, "0123456789.abcdefghijklmnopqrstuvwxyz+") < length)
		return false;
	memcpy(version, name, length);
	version[length] = '\0';
	return true;
}

/* The only version that a folder names; none if it names two. Takes over the descriptor. */
static void numpy_from_folder(int fd, char *version, size_t size)
{
	DIR *folder = fdopendir(fd);
	unsigned int found = 0;
	unsigned int i;

	if (!folder) {
		close(fd);
		return;
	}
	for (i = 0; i < ENTRIES_MAX; i++) {
		struct dirent *entry = readdir(folder);
		char candidate[VERSION_MAX];

		if (!entry)
			break;
		if (!numpy_from_entry(entry->d_name, candidate, sizeof(candidate)))
			continue;
		found++;
		snprintf(version, size, "%s", candidate);
	}
	if (found != 1)
		version[0] = '\0';
	closedir(folder);
}

/* Length of the site folder in the path of numpy's core module; 0 for other files. */
static size_t numpy_site_length(const char *path)
{
	static const char *const modules[] = {
		"/numpy/_core/_multiarray_umath.",
		"/numpy/core/_multiarray_umath.",
	};
	size_t i;

	for (i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		const char *at = strstr(path, modules[i]);

		if (at && !strchr(at + strlen(modules[i]), '/'))
			return (size_t)(at - path);
	}
	return 0;
}

/*
 * 0; -ENOENT if the file can be read and is no interpreter, whatever its name: every interpreter
 * has None; or another -errno. Deleted or replaced files are read too, if permitted. In a file that
 * is not named like one only exported symbols are looked at, because most are none.
 */
static int read_python(const struct proc *proc, int root, const struct vma *vma, bool named,
		       char *version, size_t size)
{
	int fd = mapped_file_open(proc, vma);
	uint64_t address;
	uint32_t hex;
	int err;

	if (fd == -ENOENT)
		fd = mapped_file_below(root, vma);
	if (fd < 0)
		return fd == -ENOENT ? -ESTALE : fd;
	err = named ? elf_object_address(fd, "_Py_NoneStruct", &address)
		    : elf_exports_object(fd, "_Py_NoneStruct");
	/* The name may have given a version already; this one is exact. */
	if (!err && !python_version_read(fd, &hex))
		python_version_format(hex, version, size);
	close(fd);
	return err;
}

/* The mapped file is not there any more: its folder tells about another one. */
static bool was_replaced(int root, const struct vma *vma)
{
	size_t length = strlen(vma->path), remark = sizeof(deleted) - 1;
	int fd;

	if (length > remark && !strcmp(vma->path + length - remark, deleted))
		return true;
	fd = mapped_file_below(root, vma);
	if (fd >= 0)
		close(fd);
	return fd == -ESTALE;
}

static void read_numpy(int root, const struct vma *vma, char *version, size_t size)
{
	size_t length = numpy_site_length(vma->path);
	char site[4096];
	int fd;

	if (length >= sizeof(site) || was_replaced(root, vma))
		return;
	memcpy(site, vma->path, length);
	site[length] = '\0';
	fd = mapped_file_open_below(root, site, O_DIRECTORY);
	if (fd >= 0)
		numpy_from_folder(fd, version, size);
}

struct found {
	const struct kind *kind;
	const struct vma *vma;
	char version[VERSION_MAX];
};

static bool is_library(const char *path)
{
	const char *name = strrchr(path, '/');

	return name && !strncmp(name, "/lib", 4);
}

/* A program named python may only load the library: then the library's version is right. */
static void find_python(const struct vma_list *vmas, struct found *found)
{
	size_t i, k;

	for (i = 0; i < vmas->count; i++) {
		const struct vma *vma = &vmas->vmas[i];
		char candidate[VERSION_MAX];

		for (k = 0; vma_maps_file(vma) && k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			if (!version_from_path(vma->path, &kinds[k], candidate,
					       sizeof(candidate)) ||
			    (found->vma && !is_library(vma->path)))
				continue;
			found->vma = vma;
			found->kind = &kinds[k];
			snprintf(found->version, sizeof(found->version), "%s", candidate);
		}
	}
}

static const struct vma *find_numpy(const struct vma_list *vmas)
{
	size_t i;

	for (i = 0; i < vmas->count; i++) {
		if (vma_maps_file(&vmas->vmas[i]) && numpy_site_length(vmas->vmas[i].path))
			return &vmas->vmas[i];
	}
	return NULL;
}

/* Whether what was found is a Python, by its file if that can be read. May write its version. */
static bool is_python(const struct proc *proc, int root, bool certain, struct found *python)
{
	int err;

	/* Not permitted, or not recorded: only the names are left. */
	if (root < 0 || python->kind != &kinds[0])
		return certain;
	err = read_python(proc, root, python->vma, certain, python->version,
			  sizeof(python->version));
	return certain ? err != -ENOENT : !err;
}

int runtime_detect(const struct proc *proc, const struct vma_list *vmas, char *buffer, size_t size)
{
	const struct vma *numpy_vma = find_numpy(vmas);
	struct found python = { .kind = &kinds[0] };
	char numpy[VERSION_MAX] = "";
	bool certain;
	int root;

	buffer[0] = '\0';
	find_python(vmas, &python);
	/* A process with numpy has an interpreter; any program may contain one, under any name. */
	certain = python.vma || numpy_vma;
	if (!python.vma)
		python.vma = program_vma(proc, vmas);
	if (!python.vma)
		return 0;
	root = proc__open_memory(proc, "root");
	if (root == -ESRCH)
		return root;
	if (is_python(proc, root, certain, &python)) {
		if (root >= 0 && numpy_vma)
			read_numpy(root, numpy_vma, numpy, sizeof(numpy));
		snprintf(buffer, size, "%s%s%s%s%s%s", python.kind->title,
			 python.version[0] ? " " : "", python.version, numpy_vma ? ", numpy" : "",
			 numpy[0] ? " " : "", numpy);
	}
	if (root >= 0)
		close(root);
	return 0;
}
