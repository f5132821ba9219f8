/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The kernel types that our BPF programs read, as a small BTF file for libbpf (BPF CO-RE). For each
 * such type, libbpf searches all types of the kernel: some 130,000, which takes a millisecond. This
 * module searches them once, for all names together.
 */
#ifndef COLLECT_KERNEL_TYPES_H
#define COLLECT_KERNEL_TYPES_H

struct btf;

/* Creates an empty file in memory, to be filled before the load. A descriptor, or -errno. */
int kernel_types__create(void);

/*
 * Writes to fd the kernel's structs and unions whose names occur in wanted, and the types of their
 * members. Targets of pointers are left out. 0 or -errno; libbpf can then still search by itself.
 */
int kernel_types__fill(int fd, const struct btf *wanted);

#endif
