/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The few types of the kernel that programs are relocated by (BPF CO-RE). libbpf goes through all
 * types of the kernel, some 130,000, once for each type that a program reads: a millisecond each.
 * Here they are gone through once, for all names, and what was found is given to libbpf as a small
 * BTF file.
 */
#ifndef COLLECT_KERNEL_TYPES_H
#define COLLECT_KERNEL_TYPES_H

struct btf;

/* An empty file in memory, to be filled before the load. A descriptor, or -errno. */
int kernel_types__create(void);

/*
 * Fills it with the kernel's structs and unions that have a name of wanted's, and with what lies in
 * them; what pointers point to is left out. 0 or -errno: then libbpf can still look for itself.
 */
int kernel_types__fill(int fd, const struct btf *wanted);

#endif
