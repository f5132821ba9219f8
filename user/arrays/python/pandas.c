/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A DataFrame keeps columns of one type together in one array, which is named by its columns:
 * df[['a', 'b']]. Objects compiled by Cython are recognized by the types of what they hold: pandas
 * 1.3 and later.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "arrays/python/address_set.h"
#include "arrays/python/expand_kinds.h"
#include "arrays/python/expand_steps.h"
#include "arrays/python/pandas_labels.h"

#define INTERNALS "pandas._libs.internals."
#define COLUMNS_TOLD 4u
#define COLUMNS_BYTES 2000u
#define SLICE_START 16u
#define SLICE_STOP 24u
#define SLICE_STEP 32u

static bool is_called(struct py *py, uint64_t object, const char *name)
{
	const struct py_type *type = py_type_of(py, object);
	char text[PY_NAME_MAX];

	py_type_name(py, type ? type->address : 0, text, sizeof(text));
	return !strcmp(text, name);
}

static bool is_kind(struct py *py, uint64_t object, enum py_kind kind)
{
	const struct py_type *type = py_type_of(py, object);

	return type && type->kind == kind;
}

static bool is_tuple(struct py *py, uint64_t object)
{
	return is_kind(py, object, PY_TUPLE);
}

static bool is_list(struct py *py, uint64_t object)
{
	return is_kind(py, object, PY_LIST);
}

static bool is_placement(struct py *py, uint64_t object)
{
	return is_called(py, object, INTERNALS "BlockPlacement");
}

static bool is_slice(struct py *py, uint64_t object)
{
	return is_called(py, object, "slice");
}

/* A block's values are an ndarray, or an object of a class of pandas or another library. */
static bool is_extension(struct py *py, uint64_t object)
{
	const struct py_type *type;

	if (is_placement(py, object) || is_called(py, object, INTERNALS "BlockValuesRefs"))
		return false;
	type = py_type_of(py, object);
	return type && (type->kind == PY_OTHER || type->kind == PY_PANDAS_BACKED) &&
	       type->flags & PY_FLAG_HEAPTYPE;
}

/* Which columns a block has. */
struct placement {
	struct py_vector vector;
	int64_t start;
	int64_t step;
	uint64_t count;
	bool sliced;
};

static int read_slice(struct py *py, uint64_t slice, struct placement *ret)
{
	uint64_t start, stop, step;
	int64_t end;

	if (py_word(py, slice + SLICE_START, &start) || py_word(py, slice + SLICE_STOP, &stop) ||
	    py_word(py, slice + SLICE_STEP, &step) || py_int(py, start, &ret->start) ||
	    py_int(py, stop, &end))
		return -EINVAL;
	if (py_int(py, step, &ret->step))
		ret->step = 1;
	if (ret->step <= 0 || ret->start < 0 || end < ret->start)
		return -EINVAL;
	ret->count = (uint64_t)(end - ret->start + ret->step - 1) / (uint64_t)ret->step;
	ret->sliced = true;
	return 0;
}

static int read_placement(struct py *py, uint64_t block, struct placement *ret)
{
	uint64_t placement = py_find_in_body(py, block, is_placement), at;

	memset(ret, 0, sizeof(*ret));
	if (!placement)
		return -EINVAL;
	at = py_find_in_body(py, placement, is_slice);
	if (at)
		return read_slice(py, at, ret);
	at = py_find_in_body(py, placement, py_is_ndarray);
	if (!at || py_vector_read(py, at, &ret->vector) || ret->vector.objects)
		return -EINVAL;
	ret->count = ret->vector.count;
	return 0;
}

/* "['a']", "[['a', 'b']]", "[['a', 'b', 'c', 'd', ...]]" */
static void put_columns(struct py *py, const struct py_labels *labels,
			const struct placement *placement, struct text_buffer *text)
{
	uint64_t i, column;

	text_buffer__add(text, placement->count == 1 ? "[" : "[[");
	for (i = 0; i < placement->count && i < COLUMNS_TOLD; i++) {
		text_buffer__add(text, i ? ", " : "");
		column = (uint64_t)placement->start + i * (uint64_t)placement->step;
		if (!placement->sliced && py_vector_get(py, &placement->vector, i, &column))
			column = UINT64_MAX;
		py_put_label(py, labels, column, text);
	}
	if (i < placement->count)
		text_buffer__add(text, ", ...");
	text_buffer__add(text, placement->count == 1 ? "]" : "]]");
}

/*
 * Appends the block's number if a block before it has the same text: labels may be equal. Texts are
 * known by their FNV-1a; two that happen to share one only get a number too many.
 */
static int tell_apart(struct address_set *names, uint64_t block, struct text_buffer *text)
{
	uint64_t hash = 0xcbf29ce484222325ull;
	size_t i;
	int added;

	for (i = 0; i < text->length; i++)
		hash = (hash ^ (unsigned char)text->text[i]) * 0x100000001b3ull;
	added = address_set__add(names, hash | 1);
	if (!added)
		text_buffer__addf(text, ".<block %" PRIu64 ">", block);
	return added < 0 ? added : 0;
}

static int push_values(struct py_walk *walk, uint64_t block, size_t parent,
		       struct text_buffer *text, const char *ndarray, const char *extension)
{
	uint64_t values = py_find_in_body(walk->py, block, py_is_ndarray);
	const char *kept;

	text_buffer__add(text, values ? ndarray : extension);
	if (!values)
		values = py_find_in_body(walk->py, block, is_extension);
	if (!values)
		return 0;
	kept = py_walk__keep(walk, text->text);
	return kept ? py_walk__push_text(walk, values, parent, kept) : -ENOMEM;
}

/* A DataFrame's manager is its attribute _mgr; the names begin with the DataFrame itself. */
static bool is_attribute(struct py_walk *walk, size_t node, const char *name)
{
	return walk->nodes[node].edge == EDGE_ATTR &&
	       py_str_is(walk->py, walk->nodes[node].label, name);
}

static int expand_labelled(struct py_walk *walk, uint64_t blocks, size_t parent,
			   const struct py_labels *labels)
{
	struct py *py = walk->py;
	uint64_t i, block, count = blocks ? py_tuple_length(py, blocks) : 0;
	char memory[COLUMNS_BYTES];
	struct text_buffer text;
	struct placement placement;
	struct address_set names;
	int err = address_set__init(&names);

	for (i = 0; !err && i < count && py_in_time(py); i++) {
		if (py_tuple_get(py, blocks, i, &block))
			break;
		text = text_buffer__over(memory, sizeof(memory));
		if (labels->known && !read_placement(py, block, &placement)) {
			put_columns(py, labels, &placement, &text);
			err = tell_apart(&names, i, &text);
		}
		if (!text.length || text.cut) {
			text_buffer__shorten(&text, 0);
			text_buffer__addf(&text, ".<block %" PRIu64 ">", i);
		}
		if (!err)
			err = push_values(walk, block, parent, &text, "", ".array");
	}
	address_set__deinit(&names);
	return err;
}

static int expand_blocks(struct py_walk *walk, size_t node, uint64_t manager)
{
	struct py *py = walk->py;
	uint64_t blocks = py_find_in_body(py, manager, is_tuple),
		 axes = py_find_in_body(py, manager, is_list);
	size_t parent = walk->nodes[node].parent;
	uint64_t items, columns = 0;
	struct py_labels labels = { 0 };
	int err;

	/* Any other way to a manager: its blocks' names. */
	if (!is_attribute(walk, node, "_mgr") || !axes ||
	    py_follow(py, axes + (uint64_t)py->layout.li_item, &items) ||
	    py_follow(py, items, &columns)) {
		err = blocks ? py_walk__push_text(walk, blocks, node, ".blocks") : 0;
		return err || !axes ? err : py_walk__push_text(walk, axes, node, ".axes");
	}
	py_labels_read(py, columns, &labels);
	err = expand_labelled(walk, blocks, parent, &labels);
	if (!err)
		err = py_walk__push_text(walk, columns, parent, ".columns");
	return err ? err : py_expand_pointer(walk, parent, items + 8, ".index");
}

/* The only block of a Series: series._mgr.blocks[0]; or any other block. */
static int expand_block(struct py_walk *walk, size_t node, uint64_t block)
{
	size_t blocks = walk->nodes[node].parent, manager = walk->nodes[blocks].parent;
	char memory[32];
	struct text_buffer text = text_buffer__over(memory, sizeof(memory));

	if (walk->nodes[node].edge == EDGE_INDEX && is_attribute(walk, blocks, "blocks") &&
	    is_attribute(walk, manager, "_mgr"))
		return push_values(walk, block, walk->nodes[manager].parent, &text, ".values",
				   ".array");
	return push_values(walk, block, node, &text, ".values", ".values");
}

int py_expand_pandas(struct py_walk *walk, size_t node, uint64_t object, enum py_kind kind)
{
	uint64_t data;

	if (kind == PY_PANDAS_BLOCKS)
		return expand_blocks(walk, node, object);
	if (kind == PY_PANDAS_BLOCK)
		return expand_block(walk, node, object);
	data = py_find_in_body(walk->py, object, py_is_ndarray);
	return data ? py_walk__push_text(walk, data, node, "._ndarray") : 0;
}
