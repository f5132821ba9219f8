/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "store/items.h"

void item_memory__deinit(struct item_memory *memory)
{
	size_t i;

	for (i = 0; i < memory->count; i++)
		free(memory->blocks[i]);
	free(memory->blocks);
	memset(memory, 0, sizeof(*memory));
}

void *item_memory__new(struct item_memory *memory, size_t bytes)
{
	void *block = NULL;

	if (!array_reserve((void **)&memory->blocks, &memory->capacity, memory->count + 1,
			   sizeof(*memory->blocks)))
		block = calloc(1, bytes + !bytes);
	if (block)
		memory->blocks[memory->count++] = block;
	return block;
}
