/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Lets a test hold pagewatch in a named phase: with PAGEWATCH_TEST_POINTS=OUT,IN
 * (two inherited pipes) each phase writes its name and a newline to
 * OUT and waits for one byte on IN (end of file lets it go on for good).
 * Without the variable it does nothing. A pipe that was made by a user who is neither root nor
 * ours is not used.
 *
 * And lets a test try here what an older kernel would do: what PAGEWATCH_TEST_HIDES names (words
 * with commas between) is taken for missing.
 *
 * Neither is read when the program is setuid or has file capabilities.
 */
#ifndef BASE_TEST_POINT_H
#define BASE_TEST_POINT_H

#include <stdbool.h>

/* Reads the environment once and takes both variables out of it. */
void test_point_init(void);
void test_point_wait(const char *phase);

/* Whether a test wants this feature of the kernel taken for missing. */
bool test_point_hides(const char *feature);

#endif
