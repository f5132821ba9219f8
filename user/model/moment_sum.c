/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/moment_sum.h"

#include <string.h>

/* What no other moment has a part in. */
static uint64_t own_bytes(const struct moment *moment)
{
	uint64_t bytes = sizeof(*moment) + moment->pool_bytes +
			 moment->process_count * sizeof(*moment->processes);
	size_t i, j;

	for (i = 0; i < moment->process_count; i++) {
		const struct process_header *header = &moment->processes[i].header;

		bytes += header->retired_count * sizeof(*header->retired);
		bytes += header->symbol_misses.count * sizeof(*header->symbol_misses.misses);
		for (j = 0; j < header->symbol_misses.count; j++)
			bytes += strlen(header->symbol_misses.misses[j].text) + 1;
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
	return own_bytes(moment) + sum_lists(moment, shared_list__bytes);
}

void moment_sum__add(struct moment_sum *sum, const struct moment *moment)
{
	sum->bytes += own_bytes(moment) + sum_lists(moment, shared_list__charge);
}

void moment_sum__take(struct moment_sum *sum, const struct moment *moment)
{
	sum->bytes -= own_bytes(moment) + sum_lists(moment, shared_list__discharge);
}
