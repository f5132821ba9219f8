/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What is open is in one text, level behind level. A level that is closed leaves the text and
 * becomes a node, or is found to be one already. So does a part of a long list, behind an item
 * whose number says so: of two lists that are mostly alike, most parts are then alike.
 */
#include "render/json_pack.h"

#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "render/json_out.h"

#define LEVELS_MAX 16u
#define SHAPES_MAX 128u
/* Of nodes that are remembered: more are written, but not recognized when they come again. */
#define KNOWN_BYTES_MAX (128u << 20)

#define PART_ITEMS 32u /* on average */
#define PART_ITEMS_MIN 8u

struct level {
	size_t text; /* where it begins in the texts */
	size_t keys;
	bool list;
	size_t part;	/* of a list: where its last part begins in the text */
	uint32_t items; /* nodes in that part */
};

struct node {
	uint64_t number;
	char text[];
};

struct json_pack {
	FILE *nodes;
	FILE *values; /* appends to `text` */
	struct text_buffer text;
	struct text_buffer keys; /* quoted, each but a level's first behind a comma */
	struct level levels[LEVELS_MAX];
	size_t depth;
	char *shapes[SHAPES_MAX]; /* keys; of shape i + 1 */
	size_t shape_count;
	void *known; /* a tree of nodes, by text */
	size_t known_bytes;
	uint64_t written;
	uint64_t last;
	int err;
};

static ssize_t keep_bytes(void *cookie, const char *bytes, size_t count)
{
	struct json_pack *pack = cookie;

	text_buffer__add_bytes(&pack->text, bytes, count);
	return (ssize_t)count;
}

int json_pack__new(FILE *nodes, struct json_out *json, struct json_pack **ret)
{
	const cookie_io_functions_t functions = { .write = keep_bytes };
	struct json_pack *pack = calloc(1, sizeof(*pack));

	*ret = pack;
	if (!pack)
		return -ENOMEM;
	pack->nodes = nodes;
	pack->values = fopencookie(pack, "w", functions);
	*json = (struct json_out){ .out = pack->values, .pack = pack };
	return pack->values ? 0 : -ENOMEM;
}

void json_pack__free(struct json_pack *pack)
{
	size_t i;

	if (!pack)
		return;
	if (pack->values)
		fclose(pack->values);
	for (i = 0; i < pack->shape_count; i++)
		free(pack->shapes[i]);
	tdestroy(pack->known, free);
	text_buffer__deinit(&pack->text);
	text_buffer__deinit(&pack->keys);
	free(pack);
}

void json_pack__key(struct json_pack *pack, const char *key)
{
	const struct level *level;

	if (!pack->depth || pack->err)
		return;
	level = &pack->levels[pack->depth - 1];
	text_buffer__addf(&pack->keys, "%s\"%s\"", pack->keys.length > level->keys ? "," : "", key);
}

void json_pack__open(struct json_pack *pack, bool object)
{
	if (pack->depth == LEVELS_MAX)
		pack->err = -ENOMEM;
	if (pack->err)
		return;
	fflush(pack->values);
	pack->levels[pack->depth++] = (struct level){ .text = pack->text.length,
						      .keys = pack->keys.length,
						      .list = !object,
						      .part = pack->text.length };
}

/* The number of the shape with these keys; 0 on failure. */
static size_t shape_of(struct json_pack *pack, const char *keys)
{
	size_t i;

	for (i = 0; i < pack->shape_count; i++) {
		if (!strcmp(pack->shapes[i], keys))
			return i + 1;
	}
	if (i == SHAPES_MAX || !(pack->shapes[i] = strdup(keys))) {
		pack->err = -ENOMEM;
		return 0;
	}
	return ++pack->shape_count;
}

static int compare_nodes(const void *a, const void *b)
{
	return strcmp(((const struct node *)a)->text, ((const struct node *)b)->text);
}

/* Whether a node with that text was written before; else its number is now the next. */
static bool find_known(struct json_pack *pack, const char *text)
{
	size_t bytes = sizeof(struct node) + strlen(text) + 1;
	struct node *node = malloc(bytes);
	const struct node *const *found;

	if (!node) {
		pack->err = -ENOMEM;
		return true;
	}
	node->number = pack->written;
	memcpy(node->text, text, bytes - sizeof(*node));
	found = pack->known_bytes < KNOWN_BYTES_MAX ? tsearch(node, &pack->known, compare_nodes)
						    : tfind(node, &pack->known, compare_nodes);
	pack->last = found ? (*found)->number : pack->written;
	if (!found || *found != node)
		free(node);
	else
		pack->known_bytes += bytes;
	return pack->last != pack->written;
}

/* Makes the text from `start` on a node, and takes it out. */
static void take_text(struct json_pack *pack, size_t start, size_t shape)
{
	struct text_buffer text = { 0 };

	text_buffer__addf(&text, "[%zu%s", shape, pack->text.length > start ? "," : "");
	if (pack->text.length > start)
		text_buffer__add(&text, pack->text.text + start);
	text_buffer__add(&text, "]");
	text_buffer__shorten(&pack->text, start);
	if (text.error)
		pack->err = text.error;
	else if (!find_known(pack, text.text))
		fprintf(pack->nodes, "%s%s", pack->written++ ? ",\n" : "", text.text);
	text_buffer__deinit(&text);
}

/* The node that was taken last is the next item of the level that is open. */
static void put_node(struct json_pack *pack)
{
	struct level *level;
	size_t start;

	if (!pack->depth || pack->err)
		return;
	level = &pack->levels[pack->depth - 1];
	text_buffer__addf(&pack->text, "[%" PRIu64 "]", pack->last);
	if (!level->list || ++level->items < PART_ITEMS_MIN || pack->last % PART_ITEMS)
		return;
	start = level->part + (pack->text.text[level->part] == ',');
	take_text(pack, start, 0);
	text_buffer__addf(&pack->text, "[%" PRIu64 ",0]", pack->last);
	level->part = pack->text.length;
	level->items = 0;
}

void json_pack__close(struct json_pack *pack, bool object)
{
	const struct level *level;
	size_t shape = 0;

	fflush(pack->values);
	if (!pack->err)
		pack->err = pack->text.error ? pack->text.error : pack->keys.error;
	if (pack->err || !pack->depth)
		return;
	level = &pack->levels[--pack->depth];
	if (object)
		shape = shape_of(
			pack, pack->keys.length > level->keys ? pack->keys.text + level->keys : "");
	if (!pack->err)
		take_text(pack, level->text, shape);
	put_node(pack);
	text_buffer__shorten(&pack->keys, level->keys);
}

uint64_t json_pack__last(const struct json_pack *pack)
{
	return pack->last;
}

int json_pack__shapes(struct json_pack *pack, FILE *out)
{
	size_t i;

	fputs("[[]", out);
	for (i = 0; i < pack->shape_count; i++)
		fprintf(out, ",\n[%s]", pack->shapes[i]);
	fputs("]", out);
	return pack->err;
}
