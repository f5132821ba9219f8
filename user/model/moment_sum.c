/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/moment_sum.h"

#include <string.h>

#include "base/counted.h"

/* What no other moment has a part in. */
static uint64_t own_bytes(const struct moment *moment)
{
	uint64_t bytes = sizeof(*moment) + moment->pool_bytes +
			 moment->process_count * sizeof(*moment->processes);
	size_t i, j;

	bytes += counted__bytes(moment->header.checkpoint);
	for (i = 0; i < moment->process_count; i++) {
		const struct process_header *header = &moment->processes[i].header;

		bytes += header->names_missing.capacity;
		bytes += header->retired_count * sizeof(*header->retired);
		bytes += header->symbol_misses.count * sizeof(*header->symbol_misses.misses);
		for (j = 0; j < header->symbol_misses.count; j++)
			bytes += strlen(header->symbol_misses.misses[j].text) + 1;
	}
	return bytes;
}

/* The paths of programs that come into a sum, or leave it. */
static uint64_t sum_exes(const struct moment *moment, bool (*counts)(const void *exe))
{
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; i < moment->process_count; i++) {
		const char *exe = moment->processes[i].header.exe;

		bytes += counts(exe) ? counted__bytes(exe) : 0;
	}
	return bytes;
}

/* Once for neighbours that have the same: mostly a parent and its children. */
static uint64_t exes_bytes(const struct moment *moment)
{
	const char *before = NULL;
	uint64_t bytes = 0;
	size_t i;

	for (i = 0; i < moment->process_count; i++) {
		const char *exe = moment->processes[i].header.exe;

		bytes += exe != before ? counted__bytes(exe) : 0;
		before = exe;
	}
	return bytes;
}

static uint64_t sum_lists(const struct moment *moment,
			  uint64_t (*bytes_of)(const struct shared_list *list))
{
	uint64_t bytes = 0;
	size_t i, list;

	for (i = 0; i < moment->process_count; i++)
		for (list = 0; list < MOMENT_LISTS; list++)
			bytes += bytes_of(moment->processes[i].lists[list]);
	return bytes;
}

uint64_t moment__bytes(const struct moment *moment)
{
	return own_bytes(moment) + exes_bytes(moment) + sum_lists(moment, shared_list__bytes);
}

void moment_sum__add(struct moment_sum *sum, const struct moment *moment)
{
	sum->bytes += own_bytes(moment) + sum_exes(moment, counted__charge) +
		      sum_lists(moment, shared_list__charge);
}

void moment_sum__take(struct moment_sum *sum, const struct moment *moment)
{
	sum->bytes -= own_bytes(moment) + sum_exes(moment, counted__discharge) +
		      sum_lists(moment, shared_list__discharge);
}
