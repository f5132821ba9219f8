/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * safetensors: the length of a JSON object, the object, then the bytes of the tensors.
 * {"NAME": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, "__metadata__": {...}}
 */
#include <errno.h>

#include "arrays/files/file_json.h"
#include "arrays/files/file_parsers.h"

struct tensor {
	char name[FILE_NAME_BYTES + 2]; /* one byte more than may be: then it is too long */
	char dtype[24];
	uint64_t dims[FILE_DIMS_MAX + 1];
	uint64_t offsets[2];
	struct file_array_found found;
};

/* How many numbers the list has; those above max are not stored. */
static uint32_t take_numbers(struct file_reader *reader, uint64_t *numbers, uint32_t max)
{
	uint64_t number;
	uint32_t count = 0;
	bool begins = true;

	while (file_json_more(reader, '[', begins)) {
		begins = false;
		if (!file_json_number(reader, &number))
			return 0;
		if (count < max)
			numbers[count] = number;
		if (count <= max)
			count++;
	}
	return count;
}

static void take_member(struct file_reader *reader, struct tensor *tensor)
{
	char key[16];
	size_t length;

	if (!file_json_key(reader, key, sizeof(key), &length))
		return;
	if (!strcmp(key, "dtype")) {
		file_json_string(reader, tensor->dtype, sizeof(tensor->dtype), &length);
	} else if (!strcmp(key, "shape")) {
		tensor->found.ndim = take_numbers(reader, tensor->dims, FILE_DIMS_MAX);
		tensor->found.shaped = true;
	} else if (!strcmp(key, "data_offsets")) {
		if (take_numbers(reader, tensor->offsets, 2) != 2)
			file_reader__refuse(reader);
	} else {
		file_json_skip(reader);
	}
}

/* Bytes of an element: the number in its name is bits. 0: unknown, or less than a byte. */
static uint32_t item_bytes(const char *dtype)
{
	uint32_t bits = 0;

	if (!strcmp(dtype, "BOOL"))
		return 1;
	dtype += strcspn(dtype, "0123456789");
	while (*dtype >= '0' && *dtype <= '9' && bits < 1000)
		bits = bits * 10 + (uint32_t)(*dtype++ - '0');
	return bits % 8 ? 0 : bits / 8;
}

static int add_tensor(struct tensor *tensor, uint64_t data, struct file_layout *layout)
{
	struct file_array_found *found = &tensor->found;
	uint64_t bytes;

	found->name = tensor->name;
	found->dtype = tensor->dtype;
	found->dims = tensor->dims;
	found->item_bytes = item_bytes(tensor->dtype);
	found->bytes = tensor->offsets[1] - tensor->offsets[0];
	found->offset = data + tensor->offsets[0];
	/* The sum has gone around. */
	if (found->offset < data)
		found->offset = UINT64_MAX;
	/* A shape that is not that of its bytes says nothing of where its elements are. */
	if (found->shaped && found->item_bytes && found->ndim <= FILE_DIMS_MAX &&
	    (!file_shape_bytes(tensor->dims, found->ndim, found->item_bytes, &bytes) ||
	     bytes != found->bytes))
		found->item_bytes = 0;
	return file_layout_add(layout, found);
}

static int take_tensor(struct file_reader *reader, uint64_t data, struct tensor *tensor,
		       struct file_layout *layout)
{
	bool begins = true;

	memset(tensor, 0, sizeof(*tensor));
	if (!file_json_key(reader, tensor->name, sizeof(tensor->name), &tensor->found.name_bytes))
		return 0;
	if (!strcmp(tensor->name, "__metadata__")) {
		file_json_skip(reader);
		return 0;
	}
	while (file_json_more(reader, '{', begins)) {
		begins = false;
		take_member(reader, tensor);
	}
	if (tensor->offsets[1] < tensor->offsets[0])
		file_reader__refuse(reader);
	return reader->error ? 0 : add_tensor(tensor, data, layout);
}

int safetensors_parse(struct file_reader *reader, struct file_layout *layout)
{
	uint64_t header = file_reader__u64(reader), whole = reader->bytes;
	struct tensor tensor;
	bool begins = true;
	int err = 0;

	if (reader->error || header > whole - reader->at) {
		file_reader__refuse(reader);
		return 0;
	}
	/* JSON that does not end does not go on into the data. */
	reader->bytes = reader->at + header;
	while (!err && file_json_more(reader, '{', begins)) {
		begins = false;
		err = take_tensor(reader, sizeof(header) + header, &tensor, layout);
	}
	reader->bytes = whole;
	return err;
}
