/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The value of a static probe's argument, for a thread that is stopped at the probe. */
#ifndef CONTROL_USDT_ARGUMENT_H
#define CONTROL_USDT_ARGUMENT_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Reads the text that the first argument points to, from a thread in a ptrace stop of ours: at most
 * size - 1 bytes, terminated. 0, -EOPNOTSUPP: another kind of argument or architecture; -EFAULT: an
 * invalid pointer; -ENAMETOOLONG.
 */
int usdt_read_text(pid_t tid, const char *arguments, char *text, size_t size);

#endif
