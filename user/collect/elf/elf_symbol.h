/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Where a function is in an ELF file, for uprobes, and where a data object is in memory. The file
 * is untrusted: libelf reads it through a descriptor, and every offset is checked.
 */
#ifndef COLLECT_ELF_SYMBOL_H
#define COLLECT_ELF_SYMBOL_H

#include <stdbool.h>
#include <stdint.h>

/* File offset in bytes of a defined function of .dynsym or .symtab; -ENOENT: not there. */
int elf_symbol_offset(int fd, const char *symbol, uint64_t *ret);

/* Whether it is a 32-bit program, also one of 64-bit code (x32). Reads its first bytes only. */
bool elf_is_32_bit(int fd);

/* File offset in bytes of the entry point: reached once ld.so has mapped all libraries. */
int elf_entry_offset(int fd, uint64_t *ret);

/* Address (bytes, before the load bias) of a data object of .dynsym or .symtab; -ENOENT. */
int elf_object_address(int fd, const char *symbol, uint64_t *ret);

/*
 * 0 if the file exports a data object, else -ENOENT or -ENOEXEC. Of a dynamic program .symtab is not
 * read, which may have a million symbols.
 */
int elf_exports_object(int fd, const char *symbol);

/*
 * Calls visit for each function that the file exports, with its offset in the file in bytes; in a
 * file with no symbol in .dynsym (a static program) for each in .symtab, the local ones of a static
 * PIE too. Names are borrowed and untrusted. Stops at the first nonzero return value and returns it;
 * else 0 or -ENOEXEC.
 */
typedef int (*elf_visit_function)(void *ctx, const char *name, uint64_t offset);
int elf_each_function(int fd, elf_visit_function visit, void *ctx);

/*
 * What the loader added to the addresses of a file whose bytes from offset on are mapped at start
 * (both page-aligned). -ENOENT: no segment of the file is there.
 */
int elf_load_bias(int fd, uint64_t offset, uint64_t start, uint64_t page_bytes, uint64_t *ret);

#endif
