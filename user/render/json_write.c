/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Putting values into jansson objects. */
#include "render/json_write.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"

/* No key of the contract is empty: this one says that something is missing. */
#define BROKEN ""

void json_put(json_t *object, const char *key, json_t *value)
{
	if (!object)
		json_decref(value);
	else if (!value || json_object_get(value, BROKEN) ||
		 json_object_set_new(object, key, value))
		json_object_set_new(object, BROKEN, json_true());
}

void json_put_count(json_t *object, const char *key, uint64_t value)
{
	json_put(object, key, json_integer((json_int_t)value));
}

void json_put_bool(json_t *object, const char *key, int value)
{
	json_put(object, key, json_boolean(value));
}

static json_t *clean_text(const char *text, char *(*format)(const char *, char *, size_t))
{
	size_t bytes = strlen(text) * 6 + 8;
	char *clean = malloc(bytes);
	json_t *value;

	if (!clean)
		return NULL;
	value = json_string(format(text, clean, bytes));
	free(clean);
	return value;
}

json_t *json_text(const char *text)
{
	return clean_text(text, format_name);
}

json_t *json_spelled(const char *text)
{
	return clean_text(text, format_line);
}

void json_put_text(json_t *object, const char *key, const char *text)
{
	json_put(object, key, json_text(text));
}

void json_put_address(json_t *object, const char *key, uint64_t address)
{
	char text[24];

	snprintf(text, sizeof(text), "0x%" PRIx64, address);
	json_put(object, key, json_string(text));
}

json_t *json_environment(const struct environment *environment)
{
	json_t *object = json_object();

	json_put_text(object, "kernel", environment->kernel);
	json_put_text(object, "machine", environment->machine);
	json_put_text(object, "thp", environment->thp);
	json_put_bool(object, "use_zero_page", environment->use_zero_page);
	json_put_count(object, "page_size", environment->page_bytes);
	json_put_count(object, "huge_page_size", environment->pmd_bytes);
	json_put_count(object, "ram_bytes", environment->ram_bytes);
	return object;
}

int json_print(json_t *object, FILE *out)
{
	int err = 0;

	if (!object || json_object_get(object, BROKEN)) {
		json_decref(object);
		return -ENOMEM;
	}
	errno = 0;
	if (json_dumpf(object, out, JSON_COMPACT) || fputc('\n', out) == EOF)
		err = errno ? -errno : -EIO;
	json_decref(object);
	return err;
}
