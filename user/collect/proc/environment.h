/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Facts about the machine: kernel, page sizes, THP mode, memory. Probes features, never parses
 * version numbers.
 */
#ifndef COLLECT_ENVIRONMENT_H
#define COLLECT_ENVIRONMENT_H

#include "facts/environment.h"

/* sysfs_root is usually "/sys". Unknown facts keep safe defaults; returns 0. */
int environment_read(const char *sysfs_root, struct environment *ret);

#endif
