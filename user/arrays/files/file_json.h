/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Reads JSON value by value at a reader's position. What is no JSON makes the reader's error, and
 * then each function returns false.
 */
#ifndef ARRAYS_FILE_JSON_H
#define ARRAYS_FILE_JSON_H

#include "arrays/files/file_reader.h"

/*
 * Whether the object or list has another item, before which the reader then is. begins: at its
 * bracket ('{' or '['), else behind an item. Behind the last item its end is read.
 */
bool file_json_more(struct file_reader *reader, char bracket, bool begins);

/*
 * A string, unescaped and terminated; *length is what it has, even if size is too small for it.
 */
bool file_json_string(struct file_reader *reader, char *text, size_t size, size_t *length);

/* The name of a member, and its colon. */
bool file_json_key(struct file_reader *reader, char *text, size_t size, size_t *length);

/* A whole number, not negative. */
bool file_json_number(struct file_reader *reader, uint64_t *ret);

/* Any value, in at most FILE_JSON_DEPTH lists and objects. */
#define FILE_JSON_DEPTH 32
bool file_json_skip(struct file_reader *reader);

#endif
