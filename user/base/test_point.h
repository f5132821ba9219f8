/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Lets a test stop pagewatch in a named phase. With PAGEWATCH_TEST_POINTS=OUT,IN (two inherited
 * pipes) each phase writes its name and a newline to OUT and waits for one byte from IN; end of
 * file ends all waiting. Without the variable it does nothing. A pipe made by a user who is neither
 * root nor ours is not used.
 *
 * A test can also simulate an older kernel: features in PAGEWATCH_TEST_HIDES (separated by commas)
 * are treated as missing.
 *
 * PAGEWATCH_TEST_LIMITS lowers limits ("iovecs=1,sets=16"), so that a test reaches them.
 *
 * All are ignored if the program is setuid or has file capabilities.
 */
#ifndef BASE_TEST_POINT_H
#define BASE_TEST_POINT_H

#include <stdbool.h>
#include <stdint.h>

/* Reads the environment once and removes these variables from it. */
void test_point_init(void);
void test_point_wait(const char *phase);

/* Whether a test hides this kernel feature. */
bool test_point_hides(const char *feature);

/* The lower limit that a test wants, at least 1; else the standard one. */
uint32_t test_point_limit(const char *name, uint32_t standard);

#endif
