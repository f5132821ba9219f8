/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A node's name, spelled as Python spells the way to it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/python/walk.h"

#define STEPS_MAX 32
#define KEY_DEPTH 3
#define KEY_PARTS 8u

static void put(char *text, const char *format, const char *word)
{
	size_t used = strlen(text);

	snprintf(text + used, PY_PATH_BYTES - used, format, word);
}

static void put_key(struct py *py, uint64_t key, char *text, int depth);

/* "(1, 'a')": what makes a key of several. */
static void put_tuple(struct py *py, uint64_t tuple, char *text, int depth)
{
	uint64_t count = py_tuple_length(py, tuple), i, member;

	put(text, "%s", "(");
	for (i = 0; i < count && !py_tuple_get(py, tuple, i, &member); i++) {
		put_key(py, member, text, depth + 1);
		put(text, "%s", i + 1 < count ? ", " : count == 1 ? "," : "");
	}
	put(text, "%s", ")");
}

static void put_key(struct py *py, uint64_t key, char *text, int depth)
{
	const struct py_type *type;
	char word[PY_NAME_MAX];
	int64_t number;

	if (!py_string(py, key, word, sizeof(word))) {
		put(text, strchr(word, '\'') ? "\"%s\"" : "'%s'", word);
		return;
	}
	type = py_type_of(py, key);
	if (type && type->kind == PY_TUPLE && depth < KEY_DEPTH &&
	    py_tuple_length(py, key) <= KEY_PARTS) {
		put_tuple(py, key, text, depth);
		return;
	}
	if (py_int(py, key, &number))
		snprintf(word, sizeof(word), "<key>");
	else
		snprintf(word, sizeof(word), "%" PRId64, number);
	put(text, "%s", word);
}

void py_put_key(struct py *py, uint64_t key, char *text)
{
	put_key(py, key, text, 0);
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
	size_t steps[STEPS_MAX], count = 0;
	char text[PY_PATH_BYTES] = "";

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
