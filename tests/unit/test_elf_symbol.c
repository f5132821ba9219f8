/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Symbols of a program and of a library: those that others see, and all; and sizes of sections. */
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/elf/elf_symbol.h"
#include "collect/elf/elf_symtab.h"

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

static uint64_t bytes_read(void)
{
	FILE *file = fopen("/proc/self/io", "r");
	unsigned long long bytes;

	assert_non_null(file);
	assert_int_equal(fscanf(file, "rchar: %llu", &bytes), 1);
	fclose(file);
	return bytes;
}

#define PACKED_BYTES (1u << 20)
#define UNPACKED_BYTES (3u << 20)

/* A file of two sections: the names of sections, and debug information that is compressed. */
static int packed_file(void)
{
	static const char names[] = "\0.names\0.debug_info";
	struct {
		Elf64_Ehdr file;
		Elf64_Shdr sections[3];
		char names[32];
		Elf64_Chdr packed;
	} head = { .sections = {
			   [1] = { .sh_name = 1,
				   .sh_type = SHT_STRTAB,
				   .sh_offset = offsetof(typeof(head), names),
				   .sh_size = sizeof(names) },
			   [2] = { .sh_name = 8,
				   .sh_type = SHT_PROGBITS,
				   .sh_flags = SHF_COMPRESSED,
				   .sh_offset = offsetof(typeof(head), packed),
				   .sh_size = PACKED_BYTES,
				   .sh_addralign = 8 },
		   } };
	int fd = memfd_create("packed", MFD_CLOEXEC), own = open("/proc/self/exe", O_RDONLY);

	/* Of this machine. */
	assert_int_equal(read(own, &head.file, sizeof(head.file)), sizeof(head.file));
	close(own);
	head.file.e_phnum = 0;
	head.file.e_shoff = offsetof(typeof(head), sections);
	head.file.e_shnum = 3;
	head.file.e_shstrndx = 1;
	memcpy(head.names, names, sizeof(names));
	head.packed = (Elf64_Chdr){ .ch_type = ELFCOMPRESS_ZLIB,
				    .ch_size = UNPACKED_BYTES,
				    .ch_addralign = 1 };
	assert_int_equal(write(fd, &head, sizeof(head)), sizeof(head));
	assert_int_equal(ftruncate(fd, offsetof(typeof(head), packed) + PACKED_BYTES), 0);
	return fd;
}

/* Only to say how large it is, what is compressed need not be read. */
static void size_of_packed(void **state)
{
	int fd = packed_file();
	uint64_t before = bytes_read(), after;
	struct elf_identity identity;

	(void)state;
	assert_int_equal(elf_identify(fd, &identity), 0);
	after = bytes_read();
	assert_true(identity.has_dwarf);
	assert_int_equal(identity.debug_bytes, UNPACKED_BYTES);
	assert_true(after - before < PACKED_BYTES);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(exports),
					    cmocka_unit_test(size_of_packed) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
