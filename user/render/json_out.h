/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Writes JSON as a stream: nothing is held in memory, whatever the size of the report. Keys are
 * ours and need no escape; a NULL key is for items of arrays.
 */
#ifndef RENDER_JSON_OUT_H
#define RENDER_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "facts/environment.h"

struct json_pack;

struct json_out {
	FILE *out;
	bool comma;		/* before the next value */
	int err;		/* -ENOMEM: a text is missing, so the output is not a report */
	struct json_pack *pack; /* takes objects and lists as they end; NULL: plain JSON */
};

/* '{' or '[', and its end. */
void json_open(struct json_out *json, const char *key, char bracket);
void json_close(struct json_out *json, char bracket);

void json_count(struct json_out *json, const char *key, uint64_t value);
/* ns as a number of ms. */
void json_milliseconds(struct json_out *json, const char *key, uint64_t ns);
void json_number(struct json_out *json, const char *key, int64_t value);
void json_bool(struct json_out *json, const char *key, bool value);
void json_null(struct json_out *json, const char *key);
/* null if unknown. */
void json_count_if(struct json_out *json, const char *key, bool known, uint64_t value);
void json_bool_if(struct json_out *json, const char *key, bool known, bool value);

/* "0x7f.." */
void json_address(struct json_out *json, const char *key, uint64_t address);

/* Our own words: valid UTF-8 without control characters. NULL is null. */
void json_words(struct json_out *json, const char *key, const char *words);

/* Untrusted text of a target, escaped. NULL is null. */
void json_text(struct json_out *json, const char *key, const char *text);

/* The same for a name with its own backslashes. */
void json_spelled(struct json_out *json, const char *key, const char *text);

/* Opens a report, with the members that each begins with. */
void json_open_report(struct json_out *json, const char *key, const char *kind,
		      const char *version);

void json_environment(struct json_out *json, const char *key,
		      const struct environment *environment);

/* Ends the line. 0, -ENOMEM, or -EIO: the stream has the error. */
int json_end(struct json_out *json);

#endif
