/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Capabilities of this thread (capabilities(7)): sets are masks of CAPABILITY(number). */
#ifndef BASE_CAPABILITY_H
#define BASE_CAPABILITY_H

#include <linux/capability.h>
#include <stddef.h>
#include <stdint.h>

#define CAPABILITY(number) (1ull << (number))
/* What opens the memory of another user's process. */
#define CAPABILITIES_OF_OTHERS (CAPABILITY(CAP_SYS_PTRACE) | CAPABILITY(CAP_DAC_READ_SEARCH))
#define CAPABILITY_TEXT 256u /* room for the names of all that pagewatch may need */

/* Those in effect; 0 if that cannot be read. */
uint64_t capability_effective(void);

/* CAP_BPF for CAPABILITY(CAP_BPF); NULL for one that pagewatch never needs, or for several. */
const char *capability_name(uint64_t one);

/*
 * For a process with one thread that will end soon: it becomes user uid, of no group, with this set
 * and no more. 0 or -errno.
 */
int capability_become(uint32_t uid, uint64_t set);

/* "CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE", by number; returns buffer. */
char *capability_say(uint64_t set, char *buffer, size_t size);

/*
 * What somebody lacks who was refused something that needs wanted: "root", or with the names that
 * are not in effect "root, or CAP_BPF"; returns buffer. All may be in effect: in a user namespace,
 * or where a security module forbids it.
 */
char *capability_say_lacking(uint64_t wanted, char *buffer, size_t size);

#endif
