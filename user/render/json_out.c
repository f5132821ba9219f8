/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Writes one value at a time. */
#include "render/json_out.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "render/json_pack.h"

/* Escaped text takes at most this many bytes for one. */
#define SAFE_GROWTH 6u
#define SHORT_TEXT 128u

static void put_key(struct json_out *json, const char *key)
{
	if (json->comma)
		putc(',', json->out);
	json->comma = true;
	if (key && json->pack)
		json_pack__key(json->pack, key);
	else if (key)
		fprintf(json->out, "\"%s\":", key);
}

void json_open(struct json_out *json, const char *key, char bracket)
{
	put_key(json, key);
	if (json->pack)
		json_pack__open(json->pack, bracket == '{');
	else
		putc(bracket, json->out);
	json->comma = false;
}

void json_close(struct json_out *json, char bracket)
{
	if (json->pack)
		json_pack__close(json->pack, bracket == '}');
	else
		putc(bracket, json->out);
	json->comma = true;
}

void json_count(struct json_out *json, const char *key, uint64_t value)
{
	char digits[24], *first = digits + sizeof(digits);

	/* Most of a report is numbers, and printf would take most of its time. */
	put_key(json, key);
	do {
		*--first = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	fwrite(first, 1, (size_t)(digits + sizeof(digits) - first), json->out);
}

void json_number(struct json_out *json, const char *key, int64_t value)
{
	put_key(json, key);
	fprintf(json->out, "%" PRId64, value);
}

void json_milliseconds(struct json_out *json, const char *key, uint64_t ns)
{
	put_key(json, key);
	fprintf(json->out, "%" PRIu64 ".%06u", ns / 1000000u, (unsigned int)(ns % 1000000u));
}

void json_bool(struct json_out *json, const char *key, bool value)
{
	put_key(json, key);
	fputs(value ? "true" : "false", json->out);
}

void json_null(struct json_out *json, const char *key)
{
	put_key(json, key);
	fputs("null", json->out);
}

void json_count_if(struct json_out *json, const char *key, bool known, uint64_t value)
{
	if (known)
		json_count(json, key, value);
	else
		json_null(json, key);
}

void json_bool_if(struct json_out *json, const char *key, bool known, bool value)
{
	if (known)
		json_bool(json, key, value);
	else
		json_null(json, key);
}

void json_address(struct json_out *json, const char *key, uint64_t address)
{
	put_key(json, key);
	fprintf(json->out, "\"0x%" PRIx64 "\"", address);
}

/* Writes escaped text. What is packed stands in an HTML page, where "<" could begin a tag. */
static void put_quoted(struct json_out *json, const char *key, const char *text)
{
	put_key(json, key);
	putc('"', json->out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putc('\\', json->out);
		if (*text == '<' && json->pack)
			fputs("\\u003c", json->out);
		else
			putc(*text, json->out);
	}
	putc('"', json->out);
}

static void put_safe(struct json_out *json, const char *key, const char *text,
		     char *(*format)(const char *text, char *buffer, size_t size))
{
	char small[SAFE_GROWTH * SHORT_TEXT + 8], *safe = small;
	size_t bytes;

	if (!text) {
		json_null(json, key);
		return;
	}
	bytes = strlen(text) * SAFE_GROWTH + 8;
	if (bytes > sizeof(small))
		safe = malloc(bytes);
	if (safe)
		put_quoted(json, key, format(text, safe, bytes));
	else
		json->err = -ENOMEM;
	if (safe != small)
		free(safe);
}

/* A moment that was read from bytes may contain anything in place of our own words. */
void json_words(struct json_out *json, const char *key, const char *words)
{
	put_safe(json, key, words, format_line);
}

void json_text(struct json_out *json, const char *key, const char *text)
{
	put_safe(json, key, text, format_name);
}

void json_spelled(struct json_out *json, const char *key, const char *text)
{
	put_safe(json, key, text, format_line);
}

void json_open_report(struct json_out *json, const char *key, const char *kind, const char *version)
{
	json_open(json, key, '{');
	json_words(json, "schema", "pagewatch/1");
	json_words(json, "kind", kind);
	json_words(json, "version", version);
}

void json_environment(struct json_out *json, const char *key, const struct environment *environment)
{
	json_open(json, key, '{');
	json_text(json, "kernel", environment->kernel);
	json_text(json, "machine", environment->machine);
	json_text(json, "thp", environment->thp);
	json_bool(json, "use_zero_page", environment->use_zero_page);
	json_count(json, "page_size", environment->page_bytes);
	json_count(json, "huge_page_size", environment->pmd_bytes);
	json_count(json, "ram_bytes", environment->ram_bytes);
	json_close(json, '}');
}

int json_end(struct json_out *json)
{
	putc('\n', json->out);
	if (json->err)
		return json->err;
	return ferror(json->out) ? -EIO : 0;
}
