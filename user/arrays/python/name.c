/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A node's name, spelled as the Python expression that leads to it. Parts that have no spelling in
 * Python, or where a class would return something else, are in angle brackets.
 */
#include "arrays/python/name.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/python/answers.h"
#include "arrays/python/characters.h"
#include "arrays/python/identifier.h"
#include "arrays/python/key_text.h"
#include "arrays/python/ndarray.h"

#define MARK_BYTES 32u /* "<... at 0x7f1234567890>" */
#define STEPS_MAX 32

struct spelling {
	struct py_walk *walk;
	struct py *py;
	struct text_buffer text;
};

/* The type of the object at which a node's way begins; NULL: a module's dict, or a frame. */
static const struct py_type *holder_type(const struct spelling *spelling,
					 const struct py_node *node)
{
	const struct py_node *holder = &spelling->walk->nodes[node->parent];

	if (!holder->object || holder->edge == EDGE_ROOT)
		return NULL;
	return py_type_of(spelling->py, holder->object);
}

/* "<closure u>": a name that is shown, but cannot be typed. */
static void put_told(struct spelling *spelling, const char *before, uint64_t str)
{
	text_buffer__add(&spelling->text, before);
	py_put_characters(spelling->py, str, &spelling->text);
	text_buffer__add(&spelling->text, ">");
}

static void put_attribute(struct spelling *spelling, const struct py_node *node, bool of_dict)
{
	const struct py_type *type = holder_type(spelling, node);
	struct text_buffer *text = &spelling->text;
	enum py_answer answer = PY_ANSWER_PLAIN;

	if (type)
		answer = py_answers__attribute(&spelling->walk->answers, spelling->py, type,
					       node->label);
	if (answer == PY_ANSWER_PLAIN && !of_dict &&
	    py_put_identifier(spelling->py, node->label, ".", text))
		return;
	text_buffer__add(text, answer == PY_ANSWER_NONE ? ".<attribute " : ".__dict__[");
	py_put_key(spelling->py, node->label, text);
	text_buffer__add(text, answer == PY_ANSWER_NONE ? ">" : "]");
}

static void put_slot(struct spelling *spelling, const struct py_node *node)
{
	const struct py_type *type = holder_type(spelling, node);
	struct text_buffer *text = &spelling->text;
	const uint64_t offset = node->slot - spelling->walk->nodes[node->parent].object;
	char name[PY_NAME_MAX], class[PY_NAME_MAX];
	uint64_t owner;

	py_c_string(spelling->py, node->label, name, sizeof(name));
	if (type && py_text_is_identifier(name) &&
	    py_answers__slot(&spelling->walk->answers, spelling->py, type, node->label, offset) ==
		    PY_ANSWER_PLAIN) {
		text_buffer__add(text, ".");
		text_buffer__add(text, name);
		return;
	}
	type = holder_type(spelling, node);
	owner = type ? py_member_owner(spelling->py, type->address, offset) : 0;
	py_type_name(spelling->py, owner, class, sizeof(class));
	text_buffer__add(text, ".<slot ");
	py_put_utf8(class, text);
	text_buffer__add(text, ".");
	py_put_utf8(name, text);
	text_buffer__add(text, ">");
}

/* x[...], unless a class has its own __getitem__. */
static void put_item(struct spelling *spelling, const struct py_node *node)
{
	const struct py_type *type = holder_type(spelling, node);
	struct text_buffer *text = &spelling->text;
	const bool asked = !type || py_answers__items(&spelling->walk->answers, spelling->py, type);

	text_buffer__add(text, asked ? "[" : ".<item ");
	if (node->edge == EDGE_INDEX)
		text_buffer__addf(text, "%" PRIu64, node->label);
	else
		py_put_key(spelling->py, node->label, text);
	text_buffer__add(text, asked ? "]" : ">");
}

/* An attribute that every object of a kind has: ".base". A class may override it. */
static void put_literal(struct spelling *spelling, const struct py_node *node)
{
	const char *literal = (const char *)(uintptr_t)node->label;
	const struct py_type *type;
	struct py_type copy;

	text_buffer__add(&spelling->text, literal);
	if (literal[0] != '.' || !py_text_is_identifier(literal + 1))
		return;
	type = holder_type(spelling, node);
	if (!type || !(type->flags & PY_FLAG_HEAPTYPE))
		return;
	copy = *type;
	if ((copy.kind != PY_NDARRAY && copy.kind != PY_EXCEPTION &&
	     strcmp(literal, ".__class__") != 0) ||
	    !py_class_defines(spelling->py, &copy, literal + 1))
		return;
	text_buffer__shorten(&spelling->text, spelling->text.length - strlen(literal));
	text_buffer__addf(&spelling->text, ".<%s>", literal + 1);
}

static void put_local(struct spelling *spelling, const struct py_node *node)
{
	if (spelling->walk->nodes[node->parent].object) {
		put_told(spelling, ".<local ", node->label);
		return;
	}
	text_buffer__add(&spelling->text, ":");
	py_put_characters(spelling->py, node->label, &spelling->text);
}

/* "[1, 2]", computed from the array's lengths. */
static void put_element(struct spelling *spelling, const struct py_node *node)
{
	const uint64_t array = spelling->walk->nodes[node->parent].object;
	const struct py_type *type = holder_type(spelling, node);
	struct text_buffer *text = &spelling->text;
	const bool asked = !type || py_answers__items(&spelling->walk->answers, spelling->py, type);
	int64_t dims[NDARRAY_DIMS_MAX], index[NDARRAY_DIMS_MAX];
	uint64_t left = node->label;
	struct ndarray_head head;
	int32_t i;

	if (ndarray_head_read(spelling->py, array, &head) ||
	    py_read(spelling->py, head.dims, dims, (size_t)head.ndim * sizeof(*dims)))
		head.ndim = 0;
	for (i = head.ndim; i--; left /= (uint64_t)(dims[i] > 0 ? dims[i] : 1))
		index[i] = (int64_t)(left % (uint64_t)(dims[i] > 0 ? dims[i] : 1));
	text_buffer__add(text, asked ? "[" : ".<item ");
	text_buffer__add(text, head.ndim ? "" : "()");
	for (i = 0; i < head.ndim; i++)
		text_buffer__addf(text, "%s%" PRId64, i ? ", " : "", index[i]);
	text_buffer__add(text, asked ? "]" : ">");
}

static void put_step(struct spelling *spelling, const struct py_node *node)
{
	struct text_buffer *text = &spelling->text;
	const bool of_frame = !spelling->walk->nodes[node->parent].object;

	switch ((enum py_edge)node->edge) {
	case EDGE_ROOT:
		text_buffer__add(text, (const char *)(uintptr_t)node->label);
		break;
	case EDGE_TEXT:
		put_literal(spelling, node);
		break;
	case EDGE_ATTR:
		put_attribute(spelling, node, false);
		break;
	case EDGE_DESCR:
		put_attribute(spelling, node, true);
		break;
	case EDGE_NAMED:
		put_slot(spelling, node);
		break;
	case EDGE_ITEM:
	case EDGE_INDEX:
		put_item(spelling, node);
		break;
	case EDGE_CACHED:
		text_buffer__add(text, ".<cached ");
		py_put_key(spelling->py, node->label, text);
		text_buffer__add(text, ">");
		break;
	case EDGE_FIELD:
		text_buffer__add(text, (const char *)(uintptr_t)node->label);
		break;
	case EDGE_ELEMENT:
		put_element(spelling, node);
		break;
	case EDGE_CONTEXT:
		text_buffer__add(text, ".get()");
		if (node->label)
			text_buffer__addf(text, "@%" PRIu64, node->label);
		break;
	case EDGE_MEMBER:
		text_buffer__addf(text, "{<0x%" PRIx64 ">}", node->object);
		break;
	case EDGE_CLOSURE:
		put_told(spelling, ".<closure ", node->label);
		break;
	case EDGE_LOCAL:
	case EDGE_CELL:
		put_local(spelling, node);
		break;
	case EDGE_STACK:
		text_buffer__addf(text, of_frame ? ":<stack %" PRIu64 ">" : ".<stack %" PRIu64 ">",
				  node->label);
		break;
	case EDGE_WORD:
		text_buffer__addf(text, ".<+%" PRIu64 ">", node->label);
		break;
	}
}

/* A name that is too long is marked, and still belongs to one array only. */
static void mark_cut(struct text_buffer *text, uint64_t object)
{
	size_t length = PY_PATH_BYTES - MARK_BYTES;

	while (length && ((unsigned char)text->text[length] & 0xc0) == 0x80)
		length--;
	text_buffer__shorten(text, length);
	text_buffer__addf(text, "<... at 0x%" PRIx64 ">", object);
}

static void keep_prefix(struct spelling *spelling, size_t node)
{
	struct py_walk *walk = spelling->walk;

	if (spelling->text.cut)
		return;
	memcpy(walk->prefix, spelling->text.text, spelling->text.length);
	walk->prefix_length = spelling->text.length;
	walk->prefix_node = node;
}

static void put_way(struct spelling *spelling, size_t node)
{
	struct py_walk *walk = spelling->walk;
	size_t steps[STEPS_MAX], count = 0, at = node;

	while (count < STEPS_MAX) {
		if (walk->prefix_length && at == walk->prefix_node) {
			text_buffer__add_bytes(&spelling->text, walk->prefix, walk->prefix_length);
			break;
		}
		steps[count++] = at;
		if (walk->nodes[at].edge == EDGE_ROOT)
			break;
		at = walk->nodes[at].parent;
	}
	while (count > 1)
		put_step(spelling, &walk->nodes[steps[--count]]);
	if (!count)
		return;
	if (walk->nodes[node].edge != EDGE_ROOT)
		keep_prefix(spelling, walk->nodes[node].parent);
	put_step(spelling, &walk->nodes[node]);
}

char *py_walk__name(struct py_walk *walk, size_t node)
{
	struct py_links *links = walk->py->links;
	char memory[PY_PATH_BYTES];
	struct spelling spelling = { .walk = walk,
				     .py = walk->py,
				     .text = text_buffer__over(memory, sizeof(memory)) };

	/* What is read only for the name is not a link of the walk. */
	walk->py->links = NULL;
	put_way(&spelling, node);
	if (spelling.text.cut)
		mark_cut(&spelling.text, walk->nodes[node].object);
	walk->py->links = links;
	return strdup(memory);
}
