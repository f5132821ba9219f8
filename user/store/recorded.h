/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Reads the moments of a recording. The file may come from anybody: its tables must be ours to the
 * letter, its moments must be such as could have been recorded, and the size of the file bounds the
 * memory.
 */
#ifndef STORE_RECORDED_H
#define STORE_RECORDED_H

#include "model/moments.h"

struct recorded;

/* 0, or -errno: logged, and *ret is NULL. */
int recorded__open(const char *path, struct recorded **ret);

/* Its moments, which live as long as it does. Their at() logs errors. */
struct moments recorded__moments(struct recorded *recorded);

/* As its launcher said; untrusted, lives as long as it does. NULL: there was none. */
const char *recorded__rank(const struct recorded *recorded);

/* NULL is allowed. */
void recorded__free(struct recorded *recorded);

#endif
