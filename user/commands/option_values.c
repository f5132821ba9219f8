/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/option_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/parse.h"
#include "commands/record_name.h"
#include "commands/symbol_spec.h"
#include "commands/usage.h"

int option_pid(struct options *options, const char *typed, const char *text)
{
	uint64_t pid;
	size_t i;

	if (parse_u64(text, 1, UINT32_MAX, &pid))
		return usage_error("%s '%s' is not a whole number from 1", typed, text);
	for (i = 0; i < options->pid_count; i++) {
		if (options->pids[i] == pid)
			return -1;
	}
	if (array_reserve((void **)&options->pids, &options->pid_capacity, options->pid_count + 1,
			  sizeof(*options->pids)))
		return STATUS_INTERNAL;
	options->pids[options->pid_count++] = (uint32_t)pid;
	return -1;
}

static int add_mark(struct array_list *marks, const struct array_desc *mark, const char *name,
		    size_t length)
{
	struct array_desc copy = *mark;

	if (array_reserve((void **)&marks->arrays, &marks->capacity, marks->count + 1,
			  sizeof(*marks->arrays)))
		return STATUS_INTERNAL;
	copy.id = (uint32_t)marks->count + 1;
	copy.name = strndup(name, length);
	if (!copy.name)
		return STATUS_INTERNAL;
	marks->arrays[marks->count++] = copy;
	return -1;
}

static bool find_mark(const struct array_list *marks, const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < marks->count; i++) {
		const char *known = marks->arrays[i].name;

		if (!strncmp(known, name, length) && !known[length])
			return true;
	}
	return false;
}

/* NAME=ADDR+LEN: the last '=' ends the name, so names may contain '='. */
int option_array(struct options *options, const char *typed, const char *text)
{
	const char *equals = strrchr(text, '=');
	const char *plus = equals ? strchr(equals, '+') : NULL;
	struct array_desc mark = { .source = ARRAY_MARK, .asked_for = true };
	char address[64];
	uint64_t bytes;

	if (!plus || equals == text || (size_t)(plus - equals) > sizeof(address))
		return usage_error("%s '%s' is not NAME=ADDR+LEN", typed, text);
	memcpy(address, equals + 1, (size_t)(plus - equals - 1));
	address[plus - equals - 1] = '\0';
	if (parse_address(address, &mark.start))
		return usage_error("%s '%s': '%s' is not an address", typed, text, address);
	if (parse_address(plus + 1, &bytes) && parse_bytes(plus + 1, &bytes))
		return usage_error("%s '%s': '%s' is not a length", typed, text, plus + 1);
	if (!bytes || __builtin_add_overflow(mark.start, bytes, &mark.end) || mark.end > INT64_MAX)
		return usage_error("%s '%s' is empty or exceeds the address space", typed, text);
	if (find_mark(&options->marks, text, (size_t)(equals - text)))
		return usage_error("%s '%s': there is already an array of this name", typed, text);
	return add_mark(&options->marks, &mark, text, (size_t)(equals - text));
}

int option_record(struct options *options, const char *typed, const char *text)
{
	options->record = text;
	return record_name__check(typed, text);
}

int option_symbol(struct options *options, const char *typed, const char *text)
{
	return symbol_spec__add(&options->symbols, typed, text);
}

int option_stop_at(struct options *options, const char *typed, const char *text)
{
	const char *colon = strrchr(text, ':');

	if (!*text || colon == text || (colon && !colon[1]))
		return usage_error("%s '%s' is not BINARY:SYMBOL", typed, text);
	options->stop_at = text;
	return -1;
}

static int add_expectation(struct options *options, const struct expect_source *source)
{
	if (array_reserve((void **)&options->expectations, &options->expectation_capacity,
			  options->expectation_count + 1, sizeof(*options->expectations)))
		return STATUS_INTERNAL;
	options->expectations[options->expectation_count++] = *source;
	return -1;
}

int option_expect(struct options *options, const char *typed, const char *text)
{
	struct expect_source source = { .text = text };

	snprintf(source.typed, sizeof(source.typed), "%s", typed);
	return add_expectation(options, &source);
}

int option_expect_file(struct options *options, const char *typed, const char *text)
{
	struct expect_source source = { .path = text };

	snprintf(source.typed, sizeof(source.typed), "%s", typed);
	return add_expectation(options, &source);
}

int option_expect_status(struct options *options, const char *typed, const char *text)
{
	uint64_t status = 0;

	options->expect_any_status = !strcmp(text, "any");
	if (!options->expect_any_status && parse_u64(text, 0, 255, &status))
		return usage_error("%s '%s' is neither 0 to 255 nor any", typed, text);
	options->expect_status = (uint32_t)status;
	return -1;
}
