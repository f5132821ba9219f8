/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Small helpers over jansson. A NULL value anywhere below an object that is
 * built makes the whole NULL, so that one check at the end is enough.
 */
#ifndef RENDER_JSON_WRITE_H
#define RENDER_JSON_WRITE_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#include "facts/environment.h"

/* Steals value; a NULL value, or no memory, marks the object as broken. */
void json_put(json_t *object, const char *key, json_t *value);
void json_put_count(json_t *object, const char *key, uint64_t value);
void json_put_bool(json_t *object, const char *key, int value);
/* Untrusted text, made valid UTF-8 without control characters; NULL when there is no memory. */
json_t *json_text(const char *text);
/* The same of a name that has backslashes of its own. */
json_t *json_spelled(const char *text);
void json_put_text(json_t *object, const char *key, const char *text);
void json_put_address(json_t *object, const char *key, uint64_t address);

json_t *json_environment(const struct environment *environment);

/* Prints one line and frees the object. 0, -ENOMEM for a broken one, or -errno of the stream. */
int json_print(json_t *object, FILE *out);

#endif
