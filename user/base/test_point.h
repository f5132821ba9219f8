/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Lets a test hold pagewatch in a named phase: with PAGEWATCH_TEST_POINTS=OUT,IN
 * (two inherited file descriptors) each phase writes its name and a newline to
 * OUT and waits for one byte on IN (end of file lets it go on for good).
 * Without the variable it does nothing.
 */
#ifndef BASE_TEST_POINT_H
#define BASE_TEST_POINT_H

/* Reads the environment once and takes the variable out of it. */
void test_point_init(void);
void test_point_wait(const char *phase);

#endif
