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

/* Those that it has, in effect or at rest; 0 if that cannot be read. */
uint64_t capability_permitted(void);

/*
 * Takes them out of effect, until they are raised. CAP_DAC_READ_SEARCH rests while files are opened
 * that the user names. errno stays as it is.
 */
void capability_rest(uint64_t set);
/* Puts those in effect that rest; returns which these are, for capability_rest. The same of errno. */
uint64_t capability_raise(uint64_t set);

/* openat(2), with CAP_DAC_READ_SEARCH if we have it: for what the user does not name. */
int capability_open(int folder, const char *path, int flags);

/* For a process that will be another program: it has none of those that pagewatch may need. */
void capability_leave(void);

/* Nothing is started any more: what only that needs is dropped, and no exec can give more. */
void capability_settle(void);

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
 * it does not have "root, or CAP_BPF"; returns buffer. It may have all: in a user namespace,
 * or where a security module forbids it.
 */
char *capability_say_lacking(uint64_t wanted, char *buffer, size_t size);

#endif
