/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which Python and numpy a process runs: live, recorded, by hostile names and files. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/proc/maps.h"
#include "collect/elf/python_version.h"
#include "collect/elf/runtime.h"

#define FIXTURES "tests/fixtures/proc"
#define RECORDED_PID 1281
#define PYTHON "/usr/bin/python3"

static void detect(const char *root, uint32_t pid, char *buffer, size_t size)
{
	struct procfs *procfs = NULL;
	struct vma_list vmas = { 0 };
	struct proc *proc = NULL;

	assert_int_equal(procfs__open(root, &procfs), 0);
	assert_int_equal(proc__open(procfs, pid, &proc), 0);
	assert_int_equal(maps_read(proc, &vmas), 0);
	assert_int_equal(runtime_detect(proc, &vmas, buffer, size), 0);
	vma_list__deinit(&vmas);
	proc__close(proc);
	procfs__close(procfs);
}

/* The interpreter is not in the recording: its version is what its name says. */
static void recorded(void **state)
{
	char buffer[128];

	(void)state;
	detect(FIXTURES "/debian12", RECORDED_PID, buffer, sizeof(buffer));
	assert_string_equal(buffer, "CPython 3.11, numpy 1.24.2");
	detect(FIXTURES "/debian12", RECORDED_PID, buffer, 12);
	assert_string_equal(buffer, "CPython 3.1");
	detect(FIXTURES "/synthetic", 7, buffer, sizeof(buffer));
	assert_string_equal(buffer, "CPython 3.9");
	detect("/proc", (uint32_t)getpid(), buffer, sizeof(buffer));
	assert_string_equal(buffer, "");
}

/* Runs python with code that prints what we should find out, and then waits. */
static void live(void **state)
{
	static const char *const codes[] = {
		"import platform, sys\n"
		"print('CPython', platform.python_version(), end='\\n', flush=True)\n"
		"sys.stdin.read()\n",
		"import platform, sys, numpy\n"
		"print('CPython ' + platform.python_version() + ', numpy ' + numpy.__version__, "
		"flush=True)\n"
		"sys.stdin.read()\n",
	};
	char expected[128], buffer[128];
	int to[2], from[2];
	size_t i;

	(void)state;
	if (access(PYTHON, X_OK))
		skip();
	for (i = 0; i < 2; i++) {
		FILE *answers;
		pid_t pid;

		assert_int_equal(pipe2(to, O_CLOEXEC), 0);
		assert_int_equal(pipe2(from, O_CLOEXEC), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (!pid) {
			dup2(to[0], STDIN_FILENO);
			dup2(from[1], STDOUT_FILENO);
			execl(PYTHON, PYTHON, "-c", codes[i], (char *)NULL);
			_exit(127);
		}
		close(to[0]);
		close(from[1]);
		answers = fdopen(from[0], "r");
		assert_non_null(fgets(expected, sizeof(expected), answers));
		expected[strcspn(expected, "\n")] = '\0';
		detect("/proc", (uint32_t)pid, buffer, sizeof(buffer));
		assert_string_equal(buffer, expected);
		close(to[1]);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
		fclose(answers);
	}
}

static void paths(void **state)
{
	static const struct {
		const char *path;
		const char *text;
	} cases[] = {
		{ "/usr/bin/python3.12", "CPython 3.12" },
		{ "/opt/bin/python3.13t", "CPython 3.13" },
		{ "/usr/bin/python3.9 (deleted)", "CPython 3.9" },
		{ "/usr/bin/python3", "CPython 3" },
		{ "/usr/bin/python", "CPython" },
		{ "/usr/lib/libpython3.8.so.1.0", "CPython 3.8" },
		{ "/usr/lib/libpython3.11d.so", "CPython 3.11" },
		{ "/usr/lib/libpython3.so", "" },
		{ "/usr/bin/python3-config", "" },
		{ "/usr/bin/python3.11.zip", "" },
		{ "/usr/bin/python3.11/data", "" },
		{ "/usr/bin/pypy3.9", "PyPy 3.9" },
		{ "/usr/lib/x86_64-linux-gnu/libpypy3.9-c.so", "PyPy 3.9" },
		{ "/opt/pypy/bin/pypy3.11-c (deleted)", "PyPy 3.11" },
		{ "/usr/bin/pypy", "PyPy" },
		{ "/usr/bin/pypycompile3", "" },
		{ "/opt/graalpy/bin/graalpy", "GraalPy" },
		{ "/opt/graalpy/lib/libpythonvm.so", "GraalPy" },
		{ "/opt/graalpy/lib/libpythonvm.so.debug", "GraalPy" },
		{ "/opt/graalpy/bin/graalpy-config", "" },
		{ "/usr/bin/ipython3", "" },
		{ "/usr/bin/python3.\x1b[2J", "" },
		{ "/usr/bin/python3.11111111111111111111111111111111111", "" },
		{ "[python3.11]", "" },
		{ "", "" },
	};
	struct vma both[] = {
		{ .start = 1, .end = 2, .kind = VMA_FILE, .path = (char *)"/usr/bin/python3" },
		{ .start = 3,
		  .end = 4,
		  .kind = VMA_FILE,
		  .path = (char *)"/x/numpy/_core/_multiarray_umath.cpython-313.so" },
		{ .start = 5,
		  .end = 6,
		  .kind = VMA_FILE,
		  .path = (char *)"/usr/lib/libpython3.13.so.1.0" },
	};
	struct vma_list vmas = { both, 3, 3 };
	struct procfs *procfs = NULL;
	struct proc *proc = NULL;
	char buffer[128];
	size_t i;

	(void)state;
	assert_int_equal(procfs__open(FIXTURES "/synthetic", &procfs), 0);
	assert_int_equal(proc__open(procfs, 7, &proc), 0);
	assert_int_equal(runtime_detect(proc, &vmas, buffer, sizeof(buffer)), 0);
	assert_string_equal(buffer, "CPython 3.13, numpy");
	both[1].path = (char *)"/x/numpy/_core/_multiarray_umath./y";
	assert_int_equal(runtime_detect(proc, &vmas, buffer, sizeof(buffer)), 0);
	assert_string_equal(buffer, "CPython 3.13");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vma vma = { .start = 1, .end = 2, .kind = VMA_FILE };
		struct vma_list one = { &vma, 1, 1 };

		vma.path = (char *)cases[i].path;
		assert_int_equal(runtime_detect(proc, &one, buffer, sizeof(buffer)), 0);
		if (strcmp(buffer, cases[i].text))
			fail_msg("'%s' gives '%s'", cases[i].path, buffer);
	}
	proc__close(proc);
	procfs__close(procfs);
}

/* A file that took over the name of the one that is mapped says nothing of it. */
static void replaced_file(void **state)
{
	struct vma vma = { .start = 1, .end = 2, .kind = VMA_FILE, .path = (char *)PYTHON };
	struct vma_list vmas = { &vma, 1, 1 };
	struct procfs *procfs = NULL;
	struct proc *proc = NULL;
	struct stat stat_of;
	char buffer[128];

	(void)state;
	if (stat(PYTHON, &stat_of))
		skip();
	assert_int_equal(procfs__open("/proc", &procfs), 0);
	assert_int_equal(proc__open(procfs, (uint32_t)getpid(), &proc), 0);
	vma.inode = stat_of.st_ino;
	assert_int_equal(runtime_detect(proc, &vmas, buffer, sizeof(buffer)), 0);
	assert_memory_equal(buffer, "CPython 3.", 10);
	vma.inode++;
	assert_int_equal(runtime_detect(proc, &vmas, buffer, sizeof(buffer)), 0);
	assert_string_equal(buffer, "CPython 3");
	proc__close(proc);
	procfs__close(procfs);
}

/* A target's root with an empty site folder, and an absolute link to it. */
static int make_root(char *root)
{
	static const char status[] = "Name:\tx\nTgid:\t11\n";
	int fd, file;

	assert_non_null(mkdtemp(root));
	fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(mkdirat(fd, "11", 0700), 0);
	assert_int_equal(mkdirat(fd, "11/root", 0700), 0);
	assert_int_equal(mkdirat(fd, "11/root/site", 0700), 0);
	assert_int_equal(mkdirat(fd, "11/root/usr", 0700), 0);
	assert_int_equal(mkdirat(fd, "11/root/usr/bin", 0700), 0);
	assert_int_equal(symlinkat("/site", fd, "11/root/link"), 0);
	file = openat(fd, "11/status", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(file, status, sizeof(status) - 1), sizeof(status) - 1);
	close(file);
	return fd;
}

static void remove_root(const char *root, int fd)
{
	unlinkat(fd, "11/root/usr/bin/python3", 0);
	unlinkat(fd, "11/root/usr/bin", AT_REMOVEDIR);
	unlinkat(fd, "11/root/usr", AT_REMOVEDIR);
	unlinkat(fd, "11/root/link", 0);
	unlinkat(fd, "11/root/site", AT_REMOVEDIR);
	unlinkat(fd, "11/root", AT_REMOVEDIR);
	unlinkat(fd, "11/status", 0);
	unlinkat(fd, "11", AT_REMOVEDIR);
	close(fd);
	rmdir(root);
}

static void expect_site(const struct proc *proc, int root, const char *const entries[3],
			const char *expected)
{
	struct vma vmas[] = {
		{ .start = 1, .end = 2, .kind = VMA_FILE, .path = (char *)"/usr/bin/python3" },
		{ .start = 3,
		  .end = 4,
		  .kind = VMA_FILE,
		  .path = (char *)"/link/numpy/core/_multiarray_umath.so" },
	};
	struct vma_list list = { vmas, 2, 2 };
	char path[128], buffer[128];
	size_t i;

	for (i = 0; i < 3 && entries[i]; i++) {
		snprintf(path, sizeof(path), "11/root/site/%s", entries[i]);
		assert_int_equal(mkdirat(root, path, 0700), 0);
	}
	assert_int_equal(runtime_detect(proc, &list, buffer, sizeof(buffer)), 0);
	assert_string_equal(buffer, expected);
	for (i = 0; i < 3 && entries[i]; i++) {
		snprintf(path, sizeof(path), "11/root/site/%s", entries[i]);
		unlinkat(root, path, AT_REMOVEDIR);
	}
}

/* What numpy a site folder names. */
static void site_folders(void **state)
{
	static const struct {
		const char *entries[3];
		const char *text;
	} cases[] = {
		{ { "numpy-2.4.0rc1.dist-info", "numpydoc-1.0.dist-info" },
		  "CPython 3, numpy 2.4.0rc1" },
		{ { "numpy-2.1.0.dist-info", "numpy-2.2.0.dist-info" }, "CPython 3, numpy" },
		{ { "numpy-2.\x1b[2J.dist-info", "numpy-.dist-info" }, "CPython 3, numpy" },
		{ { "numpy-11111111111111111111111111111111111.dist-info" }, "CPython 3, numpy" },
		{ { "numpy-2.0.0", "numpy" }, "CPython 3, numpy" },
		{ { NULL }, "CPython 3, numpy" },
	};
	char root[] = "/tmp/pagewatch-test-XXXXXX";
	int fd = make_root(root);
	struct procfs *procfs = NULL;
	struct proc *proc = NULL;
	size_t i;

	(void)state;
	assert_int_equal(procfs__open(root, &procfs), 0);
	assert_int_equal(proc__open(procfs, 11, &proc), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_site(proc, fd, cases[i].entries, cases[i].text);
	/* A FIFO in the place of the interpreter must not hold us. */
	assert_int_equal(mkfifoat(fd, "11/root/usr/bin/python3", 0600), 0);
	expect_site(proc, fd, cases[0].entries, cases[0].text);
	proc__close(proc);
	procfs__close(procfs);
	remove_root(root, fd);
}

static void version_text(void **state)
{
	char buffer[32];

	(void)state;
	assert_int_equal(python_version_format(0x030b02f0, buffer, sizeof(buffer)), 0);
	assert_string_equal(buffer, "3.11.2");
	assert_int_equal(python_version_format(0x030f00a3, buffer, sizeof(buffer)), 0);
	assert_string_equal(buffer, "3.15.0a3");
	assert_int_equal(python_version_format(0x030e00b1, buffer, sizeof(buffer)), 0);
	assert_string_equal(buffer, "3.14.0b1");
	assert_int_equal(python_version_format(0x030d00c2, buffer, sizeof(buffer)), 0);
	assert_string_equal(buffer, "3.13.0rc2");
	assert_int_equal(python_version_format(0x020712f0, buffer, sizeof(buffer)), -EINVAL);
	assert_int_equal(python_version_format(0x030b0210, buffer, sizeof(buffer)), -EINVAL);
	assert_int_equal(python_version_format(0, buffer, sizeof(buffer)), -EINVAL);
	assert_int_equal(python_version_format(0x030d00c2, buffer, 7), 0);
	assert_string_equal(buffer, "3.13.0");
}

/* The interpreter's file with each byte of its header broken, and cut short: never a crash. */
static void broken_files(void **state)
{
	int source = open(PYTHON, O_RDONLY | O_CLOEXEC);
	int fd = memfd_create("broken", MFD_CLOEXEC);
	uint32_t whole = 0, hex = 0;
	unsigned char header[64];
	struct stat stat;
	size_t i, lost = 0;
	void *image;

	(void)state;
	if (source < 0 || python_version_read(source, &whole))
		skip();
	assert_int_equal(fstat(source, &stat), 0);
	image = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, source, 0);
	assert_ptr_not_equal(image, MAP_FAILED);
	assert_int_equal(write(fd, image, (size_t)stat.st_size), stat.st_size);
	assert_int_equal(python_version_read(fd, &hex), 0);
	assert_int_equal(hex, whole);
	memcpy(header, image, sizeof(header));
	for (i = 0; i < sizeof(header); i++) {
		unsigned char byte = (unsigned char)~header[i];

		assert_int_equal(pwrite(fd, &byte, 1, (off_t)i), 1);
		lost += python_version_read(fd, &hex) != 0;
		assert_int_equal(pwrite(fd, &header[i], 1, (off_t)i), 1);
	}
	assert_true(lost > 8);
	for (i = 1; i < 7; i++) {
		assert_int_equal(ftruncate(fd, stat.st_size * (off_t)(7 - i) / 7), 0);
		assert_int_not_equal(python_version_read(fd, &hex), 0);
	}
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_int_equal(python_version_read(fd, &hex), -ENOEXEC);
	/* too large to be a binary */
	assert_int_equal(ftruncate(fd, 1ll << 40), 0);
	assert_int_equal(python_version_read(fd, &hex), -ENOEXEC);
	munmap(image, (size_t)stat.st_size);
	close(source);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded),	cmocka_unit_test(live),
		cmocka_unit_test(paths),	cmocka_unit_test(replaced_file),
		cmocka_unit_test(site_folders), cmocka_unit_test(version_text),
		cmocka_unit_test(broken_files),
	};

	return cmocka_run_group_tests_name("runtime", tests, NULL, NULL);
}
