/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Strings, numbers, and tuples of them. */
#include "arrays/python/key_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

static int str_pieces(struct py *py, uint64_t str, py_visit_piece visit, void *ctx)
{
	struct py_str found;
	int err;

	if (py_str_find(py, str, &found))
		return 0;
	err = visit(ctx, str + (uint64_t)py->layout.uc_length, sizeof(found.length));
	if (!err && found.length)
		err = visit(ctx, found.data, found.length * found.kind);
	return err;
}

static int key_pieces(struct py *py, uint64_t key, py_visit_piece visit, void *ctx, int depth)
{
	const struct py_layout *layout = &py->layout;
	const struct py_type *type = py_type_of(py, key);
	uint64_t i, member, count;
	int err;

	if (!type)
		return 0;
	if (type->kind == PY_STR)
		return str_pieces(py, key, visit, ctx);
	err = visit(ctx, key + (uint64_t)layout->ob_type, sizeof(uint64_t));
	if (err)
		return err;
	if (type->kind == PY_INT)
		return visit(ctx, key + (uint64_t)layout->ob_size, 16);
	if (type->kind != PY_TUPLE || depth >= KEY_DEPTH)
		return 0;
	count = py_tuple_length(py, key);
	if (count > KEY_PARTS)
		return 0;
	err = visit(ctx, key + (uint64_t)layout->ob_size, sizeof(count));
	for (i = 0; !err && i < count && !py_tuple_get(py, key, i, &member); i++) {
		err = visit(ctx, key + (uint64_t)layout->tu_item + i * 8, sizeof(member));
		if (!err)
			err = key_pieces(py, member, visit, ctx, depth + 1);
	}
	return err;
}

int py_key_pieces(struct py *py, uint64_t key, py_visit_piece visit, void *ctx)
{
	return key_pieces(py, key, visit, ctx, 0);
}
