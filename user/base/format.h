/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Numbers and untrusted names as text. Each function writes into the caller's buffer, always
 * terminates it, and returns it.
 */
#ifndef BASE_FORMAT_H
#define BASE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORMAT_BYTES_MAX 32
#define FORMAT_COUNT_MAX 32

/* "0 B", "512 B", "4.0 KiB", "762.9 MiB": one decimal from KiB on, rounded half up. */
char *format_bytes(uint64_t bytes, char buffer[FORMAT_BYTES_MAX]);

/* "195,313" */
char *format_count(uint64_t count, char buffer[FORMAT_COUNT_MAX]);

/*
 * Copies an untrusted name so that it is valid UTF-8 and cannot steer a
 * terminal or break a line: C0, C1, DEL, bidi controls, zero-width characters,
 * and bytes that are not UTF-8 become \xNN, \uNNNN or \UNNNNNNNN; a backslash
 * becomes two. Cut at a character boundary, with "..." at the end, when size
 * bytes are too few.
 */
char *format_name(const char *name, char *buffer, size_t size);

/*
 * Whether format_name must escape it: it moves the cursor, reorders or hides text, or ends a line;
 * or it is a noncharacter, which XML and cairo refuse.
 */
bool format_is_unsafe(uint32_t character);

/*
 * Length in bytes of the UTF-8 character at text; 0 if it is invalid (RFC 3629: no overlong forms,
 * no surrogates, nothing above U+10FFFF). Never reads past a terminating NUL.
 */
size_t format_utf8_decode(const unsigned char *text, uint32_t *ret);

/*
 * Encodes a character up to U+10FFFF, including lone surrogates. Returns its length, at most 4
 * bytes; writes no NUL.
 */
size_t format_utf8(uint32_t character, char buffer[4]);

/* The same, but leaves backslashes alone: for text that may contain names that are already safe. */
char *format_line(const char *line, char *buffer, size_t size);

/* printf into memory that the caller frees; NULL: no memory. */
char *format_new(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
