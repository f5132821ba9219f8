/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The tree of a pickle that was read. */
#include <stdlib.h>
#include <string.h>

#include "arrays/files/pickle.h"

void pickle_free(struct pickle *pickle)
{
	free(pickle->nodes);
	free(pickle->cells);
	free(pickle->texts);
	free(pickle->stack);
	free(pickle->memo);
	free(pickle->marks);
	memset(pickle, 0, sizeof(*pickle));
}

uint32_t pickle_at(const struct pickle *pickle, uint32_t node, unsigned int index)
{
	uint32_t cell = pickle->nodes[node].first;

	while (cell && index--)
		cell = pickle->cells[cell].next;
	return cell ? pickle->cells[cell].node : 0;
}

const char *pickle_text(const struct pickle *pickle, uint32_t node)
{
	const struct pickle_node *found = node ? &pickle->nodes[node] : NULL;

	return found && (found->kind == PICKLE_TEXT || found->kind == PICKLE_GLOBAL)
		       ? pickle->texts + found->number
		       : "";
}
