/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Strict parsing of what a user typed: the whole string, or -EINVAL; -ERANGE if out of range. *ret
 * is set only on success.
 */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdint.h>

/* Decimal only, min <= value <= max. */
int parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *ret);

/* An address or a length: decimal, or hexadecimal with 0x. */
int parse_address(const char *text, uint64_t *ret);

/*
 * Bytes: a decimal number with an optional K, M, G, T or KiB, MiB, GiB, TiB (powers of 1024). kB,
 * KB, MB, GB and TB give -EDOM, so that the caller can explain.
 */
int parse_bytes(const char *text, uint64_t *ret);

/* A duration in ns: "1s", "500ms", "1.5" (plain numbers are seconds); 1 ms to 1 day. */
int parse_duration(const char *text, uint64_t *ret);

#endif
