/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Literals, and tuples of them. */
#include "arrays/python/key_text.h"

#include <inttypes.h>
#include <string.h>

#include "arrays/python/characters.h"
#include "arrays/python/identifier.h"

#define KEY_DEPTH 16
#define KEY_PARTS 64u	/* of a tuple */
#define KEY_BYTES 1500u /* of a literal */
#define PIECES_MAX 1000u
#define CUT_CHARACTERS 40u

/* Puts its length into *ret; one that is too long counts as none. */
static bool is_plain_tuple(struct py *py, uint64_t key, int depth, uint64_t *ret)
{
	const struct py_type *type = py_type_of(py, key);

	return type && type->kind == PY_TUPLE && type->compares && depth < KEY_DEPTH &&
	       !py_word(py, key + (uint64_t)py->layout.ob_size, ret) && *ret <= KEY_PARTS;
}

static bool put_plain(struct py *py, uint64_t key, int depth, struct text_buffer *text);

/* "(1, 'a')": a tuple as a key. */
static bool put_tuple(struct py *py, uint64_t tuple, uint64_t count, int depth,
		      struct text_buffer *text)
{
	uint64_t i, member;

	text_buffer__add(text, "(");
	for (i = 0; i < count; i++) {
		if (py_tuple_get(py, tuple, i, &member) ||
		    !put_plain(py, member, depth + 1, text) || text->cut)
			return false;
		text_buffer__add(text, i + 1 < count ? ", " : count == 1 ? "," : "");
	}
	text_buffer__add(text, ")");
	return true;
}

static bool put_plain(struct py *py, uint64_t key, int depth, struct text_buffer *text)
{
	uint64_t count;

	if (is_plain_tuple(py, key, depth, &count))
		return put_tuple(py, key, count, depth, text);
	return !py_put_literal(py, key, text);
}

/* The end of a dotted name: "Point" in "geometry.Point". */
static void put_type_name(struct py *py, uint64_t key, struct text_buffer *text)
{
	char memory[PY_NAME_MAX];
	const char *name = py_class_name(py, key, memory);

	text_buffer__add(text, py_text_is_identifier(name) ? name : "key");
}

static void put_marked(struct py *py, uint64_t key, struct text_buffer *text)
{
	const struct py_type *type = py_type_of(py, key);
	struct py_characters characters;

	text_buffer__add(text, "<");
	if (!type || type->kind != PY_STR || py_read_str(py, key, &characters) ||
	    py_put_quoted(&characters, CUT_CHARACTERS, text))
		put_type_name(py, key, text);
	text_buffer__addf(text, " at 0x%" PRIx64 ">", key);
}

void py_put_key(struct py *py, uint64_t key, struct text_buffer *text)
{
	char memory[KEY_BYTES];
	struct text_buffer plain = text_buffer__over(memory, sizeof(memory));

	if (put_plain(py, key, 0, &plain) && !plain.cut)
		text_buffer__add(text, memory);
	else
		put_marked(py, key, text);
}

struct pieces {
	struct py *py;
	py_visit_piece visit;
	void *ctx;
	unsigned int left; /* tuples can contain each other */
};

static int visit_piece(void *ctx, uint64_t address, size_t bytes)
{
	struct pieces *pieces = ctx;

	if (!pieces->left)
		return 0;
	pieces->left--;
	return pieces->visit(pieces->ctx, address, bytes);
}

static int key_pieces(struct pieces *pieces, uint64_t key, int depth)
{
	struct py *py = pieces->py;
	const uint64_t items = key + (uint64_t)py->layout.tu_item;
	uint64_t count, i, member;
	int err = visit_piece(pieces, key + (uint64_t)py->layout.ob_type, sizeof(uint64_t));

	if (err || !is_plain_tuple(py, key, depth, &count))
		return err ? err : py_literal_pieces(py, key, visit_piece, pieces);
	err = visit_piece(pieces, key + (uint64_t)py->layout.ob_size, sizeof(count));
	for (i = 0; !err && i < count && pieces->left; i++) {
		if (py_word(py, items + i * 8, &member))
			break;
		err = visit_piece(pieces, items + i * 8, sizeof(member));
		if (!err)
			err = key_pieces(pieces, member, depth + 1);
	}
	return err;
}

int py_key_pieces(struct py *py, uint64_t key, py_visit_piece visit, void *ctx)
{
	struct pieces pieces = { py, visit, ctx, PIECES_MAX };

	return key_pieces(&pieces, key, 0);
}
