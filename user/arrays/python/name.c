/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A node's name, spelled as Python spells the way to it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/python/walk.h"

#define STEPS_MAX 32
#define NAME_BYTES 2048

static void put(char *text, const char *format, const char *word)
{
	size_t used = strlen(text);

	snprintf(text + used, NAME_BYTES - used, format, word);
}

static void put_key(struct py *py, uint64_t key, char *text)
{
	char word[PY_NAME_MAX];
	int64_t number;

	if (!py_string(py, key, word, sizeof(word))) {
		put(text, strchr(word, '\'') ? "[\"%s\"]" : "['%s']", word);
		return;
	}
	if (py_int(py, key, &number))
		snprintf(word, sizeof(word), "<key>");
	else
		snprintf(word, sizeof(word), "%" PRId64, number);
	put(text, "[%s]", word);
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
	const struct py_node *parent = &walk->nodes[node->parent];
	char word[32];

	switch ((enum py_edge)node->edge) {
	case EDGE_ROOT:
		put(text, "%s", walk->roots[node->label]);
		break;
	case EDGE_ATTR:
		put_str(walk->py, node->label, ".%s", text);
		break;
	case EDGE_ITEM:
		put_key(walk->py, node->label, text);
		break;
	case EDGE_INDEX:
		snprintf(word, sizeof(word), "%" PRIu64, node->label);
		put(text, "[%s]", word);
		break;
	case EDGE_MEMBER:
		put(text, "%s", "{}");
		break;
	case EDGE_CLOSURE:
		put_str(walk->py, node->label, ".<closure %s>", text);
		break;
	case EDGE_LOCAL:
		put_str(walk->py, node->label, parent->object ? ".<local %s>" : ":%s", text);
		break;
	case EDGE_INSIDE:
		break;
	case EDGE_SELF:
		put(text, "%s", ".__self__");
		break;
	case EDGE_DEFAULTS:
		put(text, "%s", ".__defaults__");
		break;
	case EDGE_KWDEFAULTS:
		put(text, "%s", ".__kwdefaults__");
		break;
	case EDGE_BASE:
		put(text, "%s", ".base");
		break;
	case EDGE_WORD:
		snprintf(word, sizeof(word), "%" PRIu64, node->label);
		put(text, ".<+%s>", word);
		break;
	}
}

char *py_walk__name(struct py_walk *walk, size_t node)
{
	size_t steps[STEPS_MAX], count = 0;
	char text[NAME_BYTES] = "";

	while (count < STEPS_MAX) {
		steps[count++] = node;
		if (walk->nodes[node].edge == EDGE_ROOT)
			break;
		node = walk->nodes[node].parent;
	}
	while (count)
		put_step(walk, &walk->nodes[steps[--count]], text);
	return strdup(text);
}
