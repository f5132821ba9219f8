/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A moment of two processes that has something of all that a moment can have. */
#ifndef TESTS_SAMPLE_MOMENT_H
#define TESTS_SAMPLE_MOMENT_H

#include "model/moment.h"

/* The caller's to moment__deinit(). Aborts without memory. */
void sample_moment(struct moment *ret);

#endif
