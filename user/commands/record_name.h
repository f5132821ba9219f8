/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The name of a recording as it was typed: %p, %h, %r and %% stand for something. */
#ifndef COMMANDS_RECORD_NAME_H
#define COMMANDS_RECORD_NAME_H

#include <stdint.h>

/* Of one process of a parallel job, from the environment of its launcher; NULL: there is none. */
const char *record_name__rank(void);

/* -1 if the name can be filled in, or the exit status: misuse was reported. */
int record_name__check(const char *typed, const char *name);

/* The caller frees it; NULL: no memory. pid: of what is watched. */
char *record_name__fill(const char *name, const char *host, uint32_t pid);

#endif
