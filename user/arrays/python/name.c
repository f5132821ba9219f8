/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A node's name, spelled as Python spells the way to it. */
#include "arrays/python/name.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/python/key_text.h"

#define STEPS_MAX 32

static void put(char *text, const char *format, const char *word)
{
	size_t used = strlen(text);

	snprintf(text + used, PY_PATH_BYTES - used, format, word);
}

static void put_name(struct py *py, uint64_t address, char *text)
{
	char word[PY_NAME_MAX];

	py_c_string(py, address, word, sizeof(word));
	put(text, ".%s", *word ? word : "?");
}

static void put_str(struct py *py, uint64_t address, const char *format, char *text)
{
	char word[PY_NAME_MAX];

	if (!address || py_string(py, address, word, sizeof(word)))
		snprintf(word, sizeof(word), "?");
	put(text, format, word);
}

static void put_step(struct py_walk *walk, const struct py_node *node, char *text)
{
	bool of_frame = !walk->nodes[node->parent].object;
	char word[32];

	snprintf(word, sizeof(word), "%" PRIu64, node->label);
	switch ((enum py_edge)node->edge) {
	case EDGE_ROOT:
	case EDGE_TEXT:
		put(text, "%s", (const char *)(uintptr_t)node->label);
		break;
	case EDGE_ATTR:
		put_str(walk->py, node->label, ".%s", text);
		break;
	case EDGE_DESCR:
		put_str(walk->py, node->label, ".__dict__['%s']", text);
		break;
	case EDGE_NAMED:
		put_name(walk->py, node->label, text);
		break;
	case EDGE_ITEM:
		put(text, "%s", "[");
		py_put_key(walk->py, node->label, text);
		put(text, "%s", "]");
		break;
	case EDGE_INDEX:
		put(text, "[%s]", word);
		break;
	case EDGE_MEMBER:
		put(text, "%s", "{}");
		break;
	case EDGE_CLOSURE:
		put_str(walk->py, node->label, ".<closure %s>", text);
		break;
	case EDGE_LOCAL:
		put_str(walk->py, node->label, of_frame ? ":%s" : ".<local %s>", text);
		break;
	case EDGE_STACK:
		put(text, of_frame ? ":<stack %s>" : ".<stack %s>", word);
		break;
	case EDGE_WORD:
		put(text, ".<+%s>", word);
		break;
	}
}

char *py_walk__name(struct py_walk *walk, size_t node)
{
	struct py_links *links = walk->py->links;
	size_t steps[STEPS_MAX], count = 0;
	char text[PY_PATH_BYTES] = "";

	/* What is read for the name alone is no link of the walk's. */
	walk->py->links = NULL;
	while (count < STEPS_MAX) {
		steps[count++] = node;
		if (walk->nodes[node].edge == EDGE_ROOT)
			break;
		node = walk->nodes[node].parent;
	}
	while (count)
		put_step(walk, &walk->nodes[steps[--count]], text);
	walk->py->links = links;
	return strdup(text);
}
