/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The limits of the kernel side, which a test can lower. */
#ifndef COLLECT_KERNEL_LIMITS_H
#define COLLECT_KERNEL_LIMITS_H

#include <stdint.h>

#include "bpf/pagewatch.h"

/* For PAGEWATCH_TEST_LIMITS: "iovecs", ... */
const char *kernel_limit_name(enum pw_limit limit);

/* The standard value, or less if a test wants it. */
uint32_t kernel_limit(enum pw_limit limit);

#endif
