/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the files that read ELF share. Nobody else includes it.
 */
#ifndef COLLECT_ELF_PRIV_H
#define COLLECT_ELF_PRIV_H

#include <gelf.h>
#include <libelf.h>
#include <stdint.h>

/*
 * NULL if it is no loadable ELF file. The caller keeps the descriptor and calls elf_end. The file
 * is read, not mapped: if somebody truncates a mapped file we would get SIGBUS.
 */
Elf *elf_begin_file(int fd);

/* The section with that name, or NULL. */
Elf_Scn *elf_section_named(Elf *elf, const char *name, GElf_Shdr *header);

/*
 * The offset in the file (bytes) of an address in one of its code segments. 0, -ENOENT, -ENOEXEC.
 */
int elf_offset_of_address(Elf *elf, uint64_t address, uint64_t *ret);

#endif
