/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What a watch does not need is refused to it (seccomp(2)): it reads what targets have made. */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

/*
 * Refuses this process, its threads and its later children each system call that a watch does not
 * make, for ever: no exec, no socket, no mount, no module. A refused call fails with ENOSYS, as one
 * that the kernel does not have. Wants no_new_privs or CAP_SYS_ADMIN. 0 or -errno: -EINVAL where
 * the kernel has no filters.
 */
int sandbox__enter(void);

#endif
