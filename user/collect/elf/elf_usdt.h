/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Static probes of user space: a nop, and a note that gives its place (<sys/sdt.h>). */
#ifndef COLLECT_ELF_USDT_H
#define COLLECT_ELF_USDT_H

#include <stdint.h>

#define ELF_USDT_ARGUMENTS 128

struct elf_usdt {
	uint64_t offset;		    /* of the nop in the file, bytes */
	char arguments[ELF_USDT_ARGUMENTS]; /* as in the note: "8@%rbx -4@$7"; untrusted */
};

/* The first probe with that provider and name. 0, -ENOENT, or -ENOEXEC. */
int elf_usdt_find(int fd, const char *provider, const char *name, struct elf_usdt *ret);

#endif
