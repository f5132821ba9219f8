/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A DataFrame keeps columns of one type together, in one array: that is called df[['a', 'b']],
 * after its columns. Bodies that Cython has laid out are told by the types of what they hold:
 * pandas 1.3 and later.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "arrays/python/expand_kinds.h"
#include "arrays/python/expand_steps.h"
#include "arrays/python/key_text.h"
#include "arrays/python/ndarray.h"

#define INTERNALS "pandas._libs.internals."
#define BODY_BYTES_MAX 256u
#define COLUMNS_TOLD 4u
#define COLUMNS_BYTES 2000u
#define DESCR_TYPE 25u /* of PyArray_Descr: a character */
#define RANGE_START 16u
#define RANGE_STEP 32u
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

static bool is_ndarray(struct py *py, uint64_t object)
{
	return is_kind(py, object, PY_NDARRAY);
}

static bool is_placement(struct py *py, uint64_t object)
{
	return is_called(py, object, INTERNALS "BlockPlacement");
}

static bool is_slice(struct py *py, uint64_t object)
{
	return is_called(py, object, "slice");
}

/* A block's values are an ndarray, or an object of a class of pandas' or of another library. */
static bool is_extension(struct py *py, uint64_t object)
{
	const struct py_type *type;

	if (is_placement(py, object) || is_called(py, object, INTERNALS "BlockValuesRefs"))
		return false;
	type = py_type_of(py, object);
	return type && (type->kind == PY_OTHER || type->kind == PY_PANDAS_BACKED) &&
	       type->flags & PY_FLAG_HEAPTYPE;
}

/* The first word of an object's body that is such an object, or 0. */
static uint64_t find_word(struct py *py, uint64_t object, bool (*fits)(struct py *, uint64_t))
{
	const struct py_type *type = py_type_of(py, object);
	uint64_t end = type ? type->basicsize : 0, offset, word;

	for (offset = 16; offset + 8 <= end && offset < BODY_BYTES_MAX; offset += 8) {
		if (py_word(py, object + offset, &word))
			break;
		if (word && fits(py, word)) {
			py_follow(py, object + offset, &word);
			return word;
		}
	}
	return 0;
}

/* A one-dimensional array of int64 or of objects. */
struct vector {
	uint64_t data;
	int64_t stride;
	uint64_t count;
	bool objects;
};

static int read_vector(struct py *py, uint64_t ndarray, struct vector *ret)
{
	struct ndarray_head head;
	char type;

	if (ndarray_head_read(py, ndarray, &head) || head.ndim != 1 ||
	    py_read(py, head.descr + DESCR_TYPE, &type, 1) || !strchr("lqO", type) || !type ||
	    py_word(py, head.dims, &ret->count) ||
	    py_read(py, head.strides, &ret->stride, sizeof(ret->stride)))
		return -EINVAL;
	ret->data = head.data;
	ret->objects = type == 'O';
	return 0;
}

static int vector_get(struct py *py, const struct vector *vector, uint64_t index, uint64_t *ret)
{
	if (index >= vector->count)
		return -ENOENT;
	return py_follow(py, vector->data + index * (uint64_t)vector->stride, ret);
}

/* What a table's columns are called: by an array, or counted. */
struct labels {
	struct vector vector;
	int64_t first;
	int64_t step;
	bool counted;
	bool known;
};

static void read_labels(struct py *py, uint64_t index, struct labels *ret)
{
	uint64_t data, start, step;

	memset(ret, 0, sizeof(*ret));
	if (!py_attribute(py, index, "_range", &data)) {
		ret->counted = !py_word(py, data + RANGE_START, &start) &&
			       !py_word(py, data + RANGE_STEP, &step) &&
			       !py_int(py, start, &ret->first) && !py_int(py, step, &ret->step);
		ret->known = ret->counted;
		return;
	}
	if (py_attribute(py, index, "_data", &data))
		return;
	if (!is_ndarray(py, data))
		data = find_word(py, data, is_ndarray);
	ret->known = data && !read_vector(py, data, &ret->vector);
}

static void put_label(struct py *py, const struct labels *labels, uint64_t column,
		      struct text_buffer *text)
{
	int64_t number = (int64_t)((uint64_t)labels->first + column * (uint64_t)labels->step);
	uint64_t word;

	if (labels->counted) {
		text_buffer__addf(text, "%" PRId64, number);
	} else if (vector_get(py, &labels->vector, column, &word)) {
		text_buffer__add(text, "?");
	} else if (labels->vector.objects) {
		py_put_key(py, word, text);
	} else {
		text_buffer__addf(text, "%" PRId64, (int64_t)word);
	}
}

/* Which columns a block has. */
struct placement {
	struct vector vector;
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
	uint64_t placement = find_word(py, block, is_placement), at;

	memset(ret, 0, sizeof(*ret));
	if (!placement)
		return -EINVAL;
	at = find_word(py, placement, is_slice);
	if (at)
		return read_slice(py, at, ret);
	at = find_word(py, placement, is_ndarray);
	if (!at || read_vector(py, at, &ret->vector) || ret->vector.objects)
		return -EINVAL;
	ret->count = ret->vector.count;
	return 0;
}

/* "['a']", "[['a', 'b']]", "[['a', 'b', 'c', 'd', ...]]" */
static void put_columns(struct py *py, const struct labels *labels,
			const struct placement *placement, struct text_buffer *text)
{
	uint64_t i, column;

	text_buffer__add(text, placement->count == 1 ? "[" : "[[");
	for (i = 0; i < placement->count && i < COLUMNS_TOLD; i++) {
		text_buffer__add(text, i ? ", " : "");
		column = (uint64_t)placement->start + i * (uint64_t)placement->step;
		if (!placement->sliced && vector_get(py, &placement->vector, i, &column))
			column = UINT64_MAX;
		put_label(py, labels, column, text);
	}
	if (i < placement->count)
		text_buffer__add(text, ", ...");
	text_buffer__add(text, placement->count == 1 ? "]" : "]]");
}

static int push_values(struct py_walk *walk, uint64_t block, size_t parent,
		       struct text_buffer *text, const char *ndarray, const char *extension)
{
	uint64_t values = find_word(walk->py, block, is_ndarray);
	const char *kept;

	text_buffer__add(text, values ? ndarray : extension);
	if (!values)
		values = find_word(walk->py, block, is_extension);
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

static int expand_blocks(struct py_walk *walk, size_t node, uint64_t manager)
{
	struct py *py = walk->py;
	uint64_t blocks = find_word(py, manager, is_tuple), axes = find_word(py, manager, is_list);
	size_t parent = walk->nodes[node].parent;
	uint64_t i, block, items, columns = 0, count = blocks ? py_tuple_length(py, blocks) : 0;
	char memory[COLUMNS_BYTES];
	struct text_buffer text;
	struct placement placement;
	struct labels labels = { 0 };
	int err = 0;

	/* Any other way to a manager: as its blocks are called. */
	if (!is_attribute(walk, node, "_mgr") || !axes ||
	    py_follow(py, axes + (uint64_t)py->layout.li_item, &items) ||
	    py_follow(py, items, &columns)) {
		err = blocks ? py_walk__push_text(walk, blocks, node, ".blocks") : 0;
		return err || !axes ? err : py_walk__push_text(walk, axes, node, ".axes");
	}
	read_labels(py, columns, &labels);
	for (i = 0; !err && i < count && py_in_time(py); i++) {
		if (py_tuple_get(py, blocks, i, &block))
			break;
		text = text_buffer__over(memory, sizeof(memory));
		if (labels.known && !read_placement(py, block, &placement))
			put_columns(py, &labels, &placement, &text);
		if (!text.length || text.cut) {
			text_buffer__shorten(&text, 0);
			text_buffer__addf(&text, ".<block %" PRIu64 ">", i);
		}
		err = push_values(walk, block, parent, &text, "", ".array");
	}
	if (!err)
		err = py_walk__push_text(walk, columns, parent, ".columns");
	return err ? err : py_expand_pointer(walk, parent, items + 8, ".index");
}

/* The block of a Series, which has one: series._mgr.blocks[0]; or any other. */
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
	data = find_word(walk->py, object, is_ndarray);
	return data ? py_walk__push_text(walk, data, node, "._ndarray") : 0;
}
