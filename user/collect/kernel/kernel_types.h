/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The kernel types that our BPF programs read, as a small BTF file for libbpf (BPF CO-RE). For each
 * such type, libbpf searches all types of the kernel: some 130,000, which takes a millisecond. This
 * module searches them once, for all names together.
 */
#ifndef COLLECT_KERNEL_TYPES_H
#define COLLECT_KERNEL_TYPES_H

#include <stddef.h>
#include <stdint.h>

struct btf;

/* A type of the kernel that is asked for by its name. */
struct kernel_type_id {
	char name[64];
	uint32_t kind;	 /* BTF_KIND_ */
	uint32_t number; /* set if it is found */
};

/* Creates an empty file in memory, to be filled before the load. A descriptor, or -errno. */
int kernel_types__create(void);

/*
 * Writes to fd the kernel's structs and unions whose names occur in wanted, and the types of their
 * members. Targets of pointers are left out. Fills in the numbers of ids in the same pass. 0 or
 * -errno; libbpf can then still search by itself, and no number was found.
 */
int kernel_types__fill(int fd, const struct btf *wanted, struct kernel_type_id *ids,
		       size_t id_count);

#endif
