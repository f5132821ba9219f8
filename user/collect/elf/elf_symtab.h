/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * All symbols of an ELF file, and what identifies its debug file. The file is untrusted: libelf
 * reads it through a descriptor; names are borrowed from it.
 */
#ifndef COLLECT_ELF_SYMTAB_H
#define COLLECT_ELF_SYMTAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum elf_symbol_kind {
	ELF_DATA,     /* an object in memory */
	ELF_UNSIZED,  /* no type: from an assembler or the linker */
	ELF_FUNCTION, /* or an IFUNC, which selects one */
	ELF_TLS,      /* each thread has its own */
};

struct elf_symbol {
	const char *name;
	uint64_t address; /* before the load bias; of ELF_TLS: within a thread's block */
	uint64_t bytes;
	enum elf_symbol_kind kind;
	bool defined;  /* in this file, not in another */
	bool writable; /* in a writable section */
};

/*
 * Calls visit for each named symbol of .dynsym and .symtab; one in both is passed twice. Stops at
 * the first nonzero return value and returns it; else 0 or -ENOEXEC.
 */
typedef int (*elf_visit_symbol)(void *ctx, const struct elf_symbol *symbol);
int elf_each_symbol(int fd, elf_visit_symbol visit, void *ctx);

#define ELF_BUILD_ID_MAX 64u

/* What links a file to its debug file; empty fields are unknown. */
struct elf_identity {
	uint8_t build_id[ELF_BUILD_ID_MAX];
	size_t build_id_bytes;
	char debug_link[256]; /* a file name without a '/', or "" */
	uint32_t debug_crc;   /* checksum of that whole file */
	bool needs_alt;	      /* it refers to another debug file (dwz) */
	bool has_symtab;
	bool has_dwarf;
	bool is_64;	      /* and has our byte order */
	uint64_t debug_bytes; /* of all debug sections, uncompressed */
};

/* 0 or -ENOEXEC. */
int elf_identify(int fd, struct elf_identity *ret);

#endif
