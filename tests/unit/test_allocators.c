/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Where probes go: functions of this machine's C library, and code that may be left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/elf/allocators.h"

#define POINTS ALLOCATOR_POINTS_MAX

/* The file that a function of ours lies in. */
static int open_file_of(void *function)
{
	Dl_info info;
	int fd;

	assert_true(dladdr(function, &info));
	fd = open(info.dli_fname, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

struct place {
	uintptr_t address;
	uint64_t offset; /* in the file; 0: not found */
};

static int find_place(struct dl_phdr_info *object, size_t size, void *ctx)
{
	struct place *place = ctx;
	uintptr_t at = place->address - object->dlpi_addr;
	unsigned int i;

	(void)size;
	for (i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];

		if (part->p_type == PT_LOAD && at >= part->p_vaddr &&
		    at < part->p_vaddr + part->p_filesz)
			place->offset = at - part->p_vaddr + part->p_offset;
	}
	return place->offset != 0;
}

/* The code at each point is what the loader finds there: the function, or a step into it. */
static void test_points_of_libc(void **unused)
{
	static const char *const names[] = { "malloc", "calloc", "realloc", "reallocarray" };
	struct heap_point points[POINTS];
	size_t count, i, j, calls[HEAP_CALLS] = { 0 };
	void *libc = dlopen("libc.so.6", RTLD_NOLOAD | RTLD_LAZY);
	unsigned char code[16];
	bool own_new;
	int fd;

	(void)unused;
	assert_non_null(libc);
	fd = open_file_of(dlsym(libc, "malloc"));
	assert_int_equal(allocator_points(fd, points, &count, &own_new), 0);
	assert_false(own_new);
	for (i = 0; i < count; i++) {
		struct place place = { 0 };

		calls[points[i].call]++;
		for (j = 0; j < i; j++)
			assert_int_not_equal(points[i].offset, points[j].offset);
		if (points[i].call > HEAP_REALLOCARRAY)
			continue;
		/* The file's bytes: in memory there can be a probe of somebody else. */
		place.address = (uintptr_t)dlsym(libc, names[points[i].call]);
		dl_iterate_phdr(find_place, &place);
		assert_int_equal(pread(fd, code, 16, (off_t)place.offset), 16);
		assert_int_equal(points[i].offset, place.offset + allocator_skip(code, 16));
	}
	for (i = HEAP_MALLOC; i <= HEAP_REALLOCARRAY; i++)
		assert_int_equal(calls[i], 1);
	assert_true(calls[HEAP_FREE] >= 1);
	close(fd);
	dlclose(libc);
}

static void test_no_allocator(void **unused)
{
	struct heap_point points[POINTS];
	size_t count;
	bool own_new;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)unused;
	assert_int_equal(allocator_points(fd, points, &count, &own_new), -ENOEXEC);
	close(fd);
	fd = open_file_of(dlsym(RTLD_DEFAULT, "elf_version"));
	assert_int_equal(allocator_points(fd, points, &count, &own_new), -ENOENT);
	assert_int_equal(count, 0);
	close(fd);
}

#ifdef __x86_64__

static void test_skip(void **unused)
{
	static const struct {
		const char *code;
		size_t bytes, skipped;
	} cases[] = {
		{ "\x48\x85\xff\x0f\x84\x10\x20\x00\x00", 9, 3 }, /* test rdi; je: glibc's free */
		{ "\x48\x85\xff\x74\x10", 5, 3 },
		{ "\xf3\x0f\x1e\xfa\x41\x54", 6, 4 },		  /* endbr64; push r12 */
		{ "\xf3\x0f\x1e\xfa\x48\x85\xff\x74\x10", 9, 7 }, /* endbr64; test; je */
		{ "\x48\x81\xff\x00\x10\x00\x00\x0f\x87\x01\x00\x00\x00", 13, 7 }, /* cmp; ja */
		{ "\x48\x83\xff\x10\x77\x02", 6, 4 },				   /* cmp; ja */
		{ "\x41\x54\x55", 3, 0 },
		{ "\x48\x89\xf8\x48\x85\xff", 6, 0 }, /* mov: changes a register */
		{ "\x48\x85\xff\x48\x89\xf8", 6, 0 }, /* test; mov: nothing gained */
		{ "\x48\x85\x3f\x74\x10", 5, 0 },     /* test with memory */
		{ "\x48\x83\xc7\x10\x77\x02", 6, 0 }, /* add, not cmp */
		{ "\x48\x85\xff", 3, 0 },	      /* the end of the file */
		{ "\xf3\x0f\x1e\xfa", 4, 0 },
		{ "", 0, 0 },
	};
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(
			allocator_skip((const unsigned char *)cases[i].code, cases[i].bytes),
			cases[i].skipped);
}

#else

static void test_skip(void **unused)
{
	(void)unused;
	assert_int_equal(allocator_skip((const unsigned char *)"\x1f\x20\x03\xd5", 4), 0);
}

#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_points_of_libc),
		cmocka_unit_test(test_no_allocator),
		cmocka_unit_test(test_skip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
