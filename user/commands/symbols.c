/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* --symbol: its value, and what became of it. */
#include "commands/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/format.h"
#include "base/log.h"
#include "base/parse.h"
#include "commands/option_values.h"

/* The ':' behind a file's name: one alone, for "::" belongs to the symbol. */
static const char *single_colon(const char *text)
{
	const char *at;

	for (at = strchr(text, ':'); at; at = strchr(at, ':')) {
		if (at[1] != ':')
			return at;
		at += 2;
	}
	return NULL;
}

static int add_spec(struct symbol_list *list, const struct symbol_spec *spec)
{
	if (array_reserve((void **)&list->specs, &list->capacity, list->count + 1,
			  sizeof(*list->specs)))
		return -ENOMEM;
	list->specs[list->count++] = *spec;
	return 0;
}

/* [*][BINARY:]NAME, and of a pointer [=LEN]; the star may stand before NAME as well. */
int option_symbol(struct options *options, const char *text)
{
	struct symbol_spec spec = { .pointer = *text == '*' };
	const char *rest = text + spec.pointer, *colon = single_colon(rest);
	const char *name = colon ? colon + 1 : rest, *equals, *end;

	if (!spec.pointer && *name == '*') {
		spec.pointer = true;
		name++;
	}
	equals = strrchr(name, '=');
	end = name + strlen(name);
	if (spec.pointer && equals) {
		if (parse_address(equals + 1, &spec.bytes) && parse_bytes(equals + 1, &spec.bytes))
			return usage_error("--symbol '%s': '%s' is not a length", text, equals + 1);
		if (!spec.bytes)
			return usage_error("--symbol '%s' is empty", text);
		end = equals;
	}
	if (name == end || *name == '*' || colon == rest)
		return usage_error("--symbol '%s' is not NAME, '*NAME' or '*NAME=LEN', with "
				   "BINARY: before NAME or without",
				   text);
	spec.text = strdup(text);
	spec.name = strndup(name, (size_t)(end - name));
	spec.binary = colon ? strndup(rest, (size_t)(colon - rest)) : NULL;
	if (!spec.text || !spec.name || (colon && !spec.binary) ||
	    add_spec(&options->symbols, &spec)) {
		free(spec.text);
		free(spec.name);
		free(spec.binary);
		return STATUS_INTERNAL;
	}
	return -1;
}

/* Why a process has it not, or NULL: it has. */
static const struct symbol_miss *miss_in(const struct process_snapshot *process, size_t spec)
{
	size_t i;

	for (i = 0; i < process->symbol_misses.count; i++) {
		if (process->symbol_misses.misses[i].spec == spec)
			return &process->symbol_misses.misses[i];
	}
	return NULL;
}

static void tell(const struct symbol_miss *miss)
{
	char text[512], reason[512];

	log_warn("--symbol %s %s", format_line(miss->text, text, sizeof(text)),
		 format_line(miss->reason, reason, sizeof(reason)));
}

int symbols_seen__note(struct symbols_seen *seen, const struct symbol_list *symbols,
		       const struct snapshot *snapshot)
{
	size_t i, j;

	if (!symbols->count)
		return 0;
	if (!seen->found)
		seen->found = calloc(symbols->count, sizeof(*seen->found));
	if (!seen->told)
		seen->told = calloc(symbols->count, sizeof(*seen->told));
	if (!seen->found || !seen->told)
		return -ENOMEM;
	for (i = 0; i < symbols->count; i++) {
		const struct symbol_miss *miss = NULL;
		bool found = false;

		for (j = 0; j < snapshot->process_count; j++) {
			if (snapshot->processes[j].exited)
				continue;
			miss = miss_in(&snapshot->processes[j], i);
			found |= !miss;
		}
		seen->found[i] |= found;
		if (found || !miss || seen->told[i])
			continue;
		tell(miss);
		seen->told[i] = true;
	}
	return 0;
}

bool symbols_seen__all(const struct symbols_seen *seen, const struct symbol_list *symbols)
{
	size_t i;

	for (i = 0; seen->found && i < symbols->count; i++) {
		if (!seen->found[i])
			return false;
	}
	return true;
}

void symbols_seen__deinit(struct symbols_seen *seen)
{
	free(seen->found);
	free(seen->told);
}
