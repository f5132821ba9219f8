/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A growing array; entries that no way rests on are overwritten. */
#include "arrays/python/links.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

void py_links__deinit(struct py_links *links)
{
	free(links->links);
	memset(links, 0, sizeof(*links));
}

void py_links__begin(struct py_links *links)
{
	if (!links->used)
		links->count = links->first;
	links->first = links->count;
	links->used = false;
	links->lost = false;
}

void py_links__add(struct py_links *links, const struct py_link *link)
{
	if (!links)
		return;
	if (links->count >= links->limit || array_reserve((void **)&links->links, &links->capacity,
							  links->count + 1, sizeof(*links->links)))
		links->lost = true;
	else
		links->links[links->count++] = *link;
}

struct py_link_range py_links__use(struct py_links *links)
{
	size_t count = links->count - links->first;

	links->used = true;
	return (struct py_link_range){ (uint32_t)links->first,
				       links->lost ? PY_LINKS_LOST : (uint32_t)count };
}
