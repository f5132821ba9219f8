/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What /proc says about pagewatch itself, and about the machine. */
#ifndef COLLECT_PROC_SELF_H
#define COLLECT_PROC_SELF_H

#include <stdint.h>

/* The inode number of our pid namespace; 0: the initial one, or unknown. */
uint32_t proc_self_pid_namespace(void);

/* The default size of hugetlb pages; 0: none. */
uint64_t proc_self_pool_page_bytes(void);

/* Bytes that the kernel charges for a BPF map or program (fdinfo's memlock); 0: unknown. */
uint64_t proc_self_memlock(int fd);

#endif
