/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Symbols of a program and of a library: those that others see, and all. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/elf/elf_symbol.h"

int seen_by_nobody_else = 1;

static void exports(void **state)
{
	int program = open("/proc/self/exe", O_RDONLY), library, other;
	uint64_t address;
	Dl_info info;

	(void)state;
	/* Of libc also where a sanitizer has its own printf. */
	assert_int_not_equal(dladdr((void *)(uintptr_t)gnu_get_libc_version, &info), 0);
	library = open(info.dli_fname, O_RDONLY);
	other = open("/dev/null", O_RDONLY);
	assert_int_equal(elf_object_address(program, "seen_by_nobody_else", &address), 0);
	assert_int_equal(elf_exports_object(program, "seen_by_nobody_else"), -ENOENT);
	assert_int_equal(elf_exports_object(library, "environ"), 0);
	assert_int_equal(elf_exports_object(library, "printf"), -ENOENT);
	assert_int_equal(elf_exports_object(other, "environ"), -ENOEXEC);
	close(program);
	close(library);
	close(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(exports) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
