/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What /proc says of pagewatch itself, and of the machine.
 */
#ifndef COLLECT_PROC_SELF_H
#define COLLECT_PROC_SELF_H

#include <stdint.h>

/* The inode number of our pid namespace; 0 for the initial one, or where it is not told. */
uint32_t proc_self_pid_namespace(void);

/* The size of the default huge page of the pool (hugetlb); 0: there is none. */
uint64_t proc_self_pool_page_bytes(void);

/* Bytes that the kernel charges for a BPF map or program (fdinfo's memlock); 0 if not told. */
uint64_t proc_self_memlock(int fd);

#endif
