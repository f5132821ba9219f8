/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Arrays of objects: of dtype object, and of records with such fields. Their elements are
 * references; other array data is never read.
 */
#include <errno.h>
#include <string.h>

#include "arrays/python/expand_kinds.h"
#include "arrays/python/key_text.h"
#include "arrays/python/ndarray.h"

#define FIELD_DEPTH 8
#define FIELDS_MAX 256u	      /* of one dtype */
#define TEXT_BYTES 1024u      /* "['outer']['inner']" */
#define IN_VAIN_MAX 4096u     /* consecutive elements that hold nothing */
#define ELEMENTS_MAX 1000000u /* of all arrays together */

/* numpy/core/include/numpy/ndarraytypes.h: PyArray_Descr, and _PyArray_LegacyDescr of 2.x */
#define DESCR_KIND 24u
#define DESCR_FLAGS 27u /* a character; from 2.0 on a word at: */
#define DESCR_FLAGS_2 32u
#define DESCR_SUBARRAY 40u /* then fields and names */
#define DESCR_SUBARRAY_2 88u
#define HAS_OBJECTS 1u /* NPY_ITEM_REFCOUNT */

struct elements {
	struct py_walk *walk;
	size_t node; /* of the array, or of a field of it */
	uint64_t data;
	uint32_t ndim;
	int64_t dims[2 * NDARRAY_DIMS_MAX]; /* lengths, then strides */
};

/* What the ways to the elements rest on: where the elements are, and how many. */
static int read_shape(struct py *py, uint64_t array, const struct ndarray_head *head,
		      struct elements *ret)
{
	static const size_t fields[] = { offsetof(struct ndarray_head, data),
					 offsetof(struct ndarray_head, dims),
					 offsetof(struct ndarray_head, strides),
					 offsetof(struct ndarray_head, descr) };
	uint64_t word;
	uint32_t i;
	int err = 0;

	for (i = 0; !err && i < sizeof(fields) / sizeof(fields[0]); i++)
		err = py_follow(py, array + fields[i], &word);
	ret->data = head->data;
	ret->ndim = (uint32_t)head->ndim;
	for (i = 0; !err && i < ret->ndim; i++) {
		err = py_follow(py, head->dims + i * 8, &word);
		ret->dims[i] = (int64_t)word;
		if (!err)
			err = py_follow(py, head->strides + i * 8, &word);
		ret->dims[ret->ndim + i] = (int64_t)word;
		if (ret->dims[i] < 0)
			err = -EINVAL;
	}
	return err;
}

/* To the next index; false after the last. */
static bool next_index(const struct elements *elements, int64_t *index, uint64_t *address)
{
	uint32_t axis = elements->ndim;

	while (axis--) {
		const uint64_t stride = (uint64_t)elements->dims[elements->ndim + axis];

		*address += stride;
		if (++index[axis] < elements->dims[axis])
			return true;
		*address -= stride * (uint64_t)index[axis];
		index[axis] = 0;
	}
	return false;
}

static bool is_empty(const struct elements *elements)
{
	uint32_t i;

	for (i = 0; i < elements->ndim; i++) {
		if (!elements->dims[i])
			return true;
	}
	return false;
}

static int push_elements(const struct elements *elements, uint64_t offset)
{
	struct py_walk *walk = elements->walk;
	struct py_node way = { .parent = (uint32_t)elements->node, .edge = EDGE_ELEMENT };
	int64_t index[NDARRAY_DIMS_MAX] = { 0 };
	size_t in_vain = 0;
	int err = 0;

	if (is_empty(elements))
		return 0;
	way.slot = elements->data + offset;
	do {
		if (walk->elements++ >= ELEMENTS_MAX || py_word(walk->py, way.slot, &way.object))
			break;
		in_vain = py_walk__leads_on(walk, way.object) ? 0 : in_vain + 1;
		if (!in_vain)
			err = py_walk__push(walk, &way);
		way.label++;
	} while (!err && in_vain < IN_VAIN_MAX && next_index(elements, index, &way.slot) &&
		 py_in_time(walk->py));
	return err;
}

/* A dtype, as far as it concerns objects. */
struct descr {
	char kind;
	bool has_objects;
	uint64_t subarray, fields, names;
};

static int read_descr(struct py *py, uint64_t address, struct descr *ret)
{
	const bool second = py->numpy_major >= 2;
	uint64_t at = address + (second ? DESCR_SUBARRAY_2 : DESCR_SUBARRAY), flags = 0;
	int err;

	memset(ret, 0, sizeof(*ret));
	err = py_read(py, address + DESCR_KIND, &ret->kind, 1);
	if (!err)
		err = py_read(py, address + (second ? DESCR_FLAGS_2 : DESCR_FLAGS), &flags, 1);
	ret->has_objects = flags & HAS_OBJECTS;
	/* Only a record's descriptor is sure to have these. */
	if (err || ret->kind != 'V')
		return err;
	err = py_word(py, at, &ret->subarray);
	if (!err)
		err = py_word(py, at + 8, &ret->fields);
	return err ? err : py_word(py, at + 16, &ret->names);
}

struct fields {
	struct elements elements;
	size_t array_node;
	uint64_t offset; /* of the record at hand */
	uint64_t names;	 /* its tuple: a field may also have a title */
	unsigned int count;
	int depth;
	struct text_buffer text;
};

static int push_fields(struct fields *fields, uint64_t descr);

static bool is_name(struct py *py, uint64_t names, uint64_t key)
{
	uint64_t i, count = py_tuple_length(py, names), name;

	for (i = 0; i < count && !py_tuple_get(py, names, i, &name); i++) {
		if (name == key)
			return true;
	}
	return false;
}

/* The elements of a field are those of the array, at an offset. */
static int push_field(struct fields *fields)
{
	struct py_walk *walk = fields->elements.walk;
	const struct py_node *array = &walk->nodes[fields->array_node];
	struct py_node node = { .object = array->object,
				.parent = (uint32_t)fields->array_node,
				.edge = EDGE_FIELD,
				.depth = (uint16_t)(array->depth + 1) };
	const char *kept = py_walk__keep(walk, fields->text.text);
	int err;

	if (!kept)
		return -ENOMEM;
	if (!py_walk__has_room(walk))
		return 0;
	node.label = (uintptr_t)kept;
	node.rests_on = py_links__use(&walk->links);
	err = py_walk__add_node(walk, &node, &fields->elements.node);
	return err ? err : push_elements(&fields->elements, fields->offset);
}

static int on_field(void *ctx, uint64_t key, uint64_t value, uint64_t slot)
{
	struct fields *fields = ctx;
	struct py *py = fields->elements.walk->py;
	const size_t length = fields->text.length;
	const uint64_t offset = fields->offset, names = fields->names;
	uint64_t descr, offset_object;
	int64_t added;
	int err;

	(void)slot;
	if (!is_name(py, fields->names, key) || py_tuple_get(py, value, 0, &descr) ||
	    py_tuple_get(py, value, 1, &offset_object) || py_int(py, offset_object, &added))
		return 0;
	text_buffer__add(&fields->text, "[");
	py_put_key(py, key, &fields->text);
	text_buffer__add(&fields->text, "]");
	fields->offset += (uint64_t)added;
	err = fields->text.cut ? 0 : push_fields(fields, descr);
	text_buffer__shorten(&fields->text, length);
	fields->offset = offset;
	fields->names = names;
	return err;
}

static int push_fields(struct fields *fields, uint64_t address)
{
	struct py *py = fields->elements.walk->py;
	struct descr descr;
	int err;

	if (fields->count++ >= FIELDS_MAX || read_descr(py, address, &descr) || !descr.has_objects)
		return 0;
	if (descr.kind == 'O')
		return fields->text.length ? push_field(fields)
					   : push_elements(&fields->elements, 0);
	/* Arrays within a record have their own indices: they are skipped. */
	if (descr.kind != 'V' || descr.subarray || fields->depth >= FIELD_DEPTH)
		return 0;
	fields->names = descr.names;
	fields->depth++;
	err = py_walk_goes_on(py_each_item(py, descr.fields, on_field, fields));
	fields->depth--;
	return err;
}

int py_expand_elements(struct py_walk *walk, size_t node, uint64_t array)
{
	char memory[TEXT_BYTES];
	struct fields fields = { .elements = { .walk = walk, .node = node },
				 .array_node = node,
				 .text = text_buffer__over(memory, sizeof(memory)) };
	struct ndarray_head head;
	struct descr descr;

	if (ndarray_head_read(walk->py, array, &head) || read_descr(walk->py, head.descr, &descr) ||
	    !descr.has_objects)
		return 0;
	py_walk__begin(walk, array);
	if (read_shape(walk->py, array, &head, &fields.elements))
		return 0;
	return push_fields(&fields, head.descr);
}
