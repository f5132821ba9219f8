/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * GGUF, versions 2 and 3, little-endian: counts, key-value pairs, a description of each tensor,
 * then the tensors at a multiple of general.alignment (github.com/ggml-org/ggml, docs/gguf.md).
 */
#include "arrays/files/file_parsers.h"

#define NESTED_LISTS 4

enum gguf_type {
	GGUF_UINT32 = 4,
	GGUF_STRING = 8,
	GGUF_ARRAY = 9,
	GGUF_TYPES = 13,
};

/*
 * Elements are in blocks: ggml.h, ggml-common.h. Q8_1 is not there: it is for sums, not for files,
 * and its two implementations differ.
 */
struct ggml_type {
	char name[12];
	uint16_t block; /* elements of a block; 0: not known */
	uint16_t bytes; /* of a block */
};

static const struct ggml_type ggml_types[] = {
	[0] = { "F32", 1, 4 },	       [1] = { "F16", 1, 2 },	      [2] = { "Q4_0", 32, 18 },
	[3] = { "Q4_1", 32, 20 },      [6] = { "Q5_0", 32, 22 },      [7] = { "Q5_1", 32, 24 },
	[8] = { "Q8_0", 32, 34 },      [10] = { "Q2_K", 256, 84 },    [11] = { "Q3_K", 256, 110 },
	[12] = { "Q4_K", 256, 144 },   [13] = { "Q5_K", 256, 176 },   [14] = { "Q6_K", 256, 210 },
	[15] = { "Q8_K", 256, 292 },   [16] = { "IQ2_XXS", 256, 66 }, [17] = { "IQ2_XS", 256, 74 },
	[18] = { "IQ3_XXS", 256, 98 }, [19] = { "IQ1_S", 256, 50 },   [20] = { "IQ4_NL", 32, 18 },
	[21] = { "IQ3_S", 256, 110 },  [22] = { "IQ2_S", 256, 82 },   [23] = { "IQ4_XS", 256, 136 },
	[24] = { "I8", 1, 1 },	       [25] = { "I16", 1, 2 },	      [26] = { "I32", 1, 4 },
	[27] = { "I64", 1, 8 },	       [28] = { "F64", 1, 8 },	      [29] = { "IQ1_M", 256, 56 },
	[30] = { "BF16", 1, 2 },       [34] = { "TQ1_0", 256, 54 },   [35] = { "TQ2_0", 256, 66 },
	[39] = { "MXFP4", 32, 17 },    [40] = { "NVFP4", 64, 36 },    [41] = { "Q1_0", 128, 18 },
};

struct gguf {
	struct file_reader *reader;
	struct file_layout *layout;
	uint64_t alignment;
};

/* *length is the string's, of which at most size - 1 bytes are stored. */
static void take_string(struct file_reader *reader, char *text, size_t size, uint64_t *length)
{
	size_t stored;

	*length = file_reader__u64(reader);
	stored = *length < size ? (size_t)*length : size - 1;
	file_reader__take(reader, text, stored);
	text[stored] = '\0';
	file_reader__skip(reader, *length - stored);
}

static uint64_t value_bytes(uint32_t type)
{
	static const uint8_t bytes[GGUF_TYPES] = { 1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8 };

	return type < GGUF_TYPES ? bytes[type] : 0;
}

static void skip_value(struct file_reader *reader, uint32_t type, unsigned int depth);

static void skip_list(struct file_reader *reader, unsigned int depth)
{
	uint32_t type = file_reader__u32(reader);
	uint64_t count = file_reader__u64(reader), bytes = value_bytes(type);

	if (bytes && count > UINT64_MAX / bytes)
		file_reader__refuse(reader);
	else if (bytes)
		file_reader__skip(reader, count * bytes);
	/* Each string or list takes some bytes, so the end of the file ends this. */
	for (; !bytes && count && !reader->error; count--)
		skip_value(reader, type, depth + 1);
}

static void skip_value(struct file_reader *reader, uint32_t type, unsigned int depth)
{
	if (value_bytes(type))
		file_reader__skip(reader, value_bytes(type));
	else if (type == GGUF_STRING)
		file_reader__skip(reader, file_reader__u64(reader));
	else if (type == GGUF_ARRAY && depth < NESTED_LISTS)
		skip_list(reader, depth);
	else
		file_reader__refuse(reader);
}

static void take_pair(struct gguf *gguf)
{
	struct file_reader *reader = gguf->reader;
	char key[32];
	uint64_t length;
	uint32_t type;

	take_string(reader, key, sizeof(key), &length);
	type = file_reader__u32(reader);
	if (type != GGUF_UINT32 || strcmp(key, "general.alignment")) {
		skip_value(reader, type, 0);
		return;
	}
	gguf->alignment = file_reader__u32(reader);
	if (!gguf->alignment || gguf->alignment & (gguf->alignment - 1))
		file_reader__refuse(reader);
}

/* False: the type is not known, or its elements are no whole blocks of it. */
static bool type_of_tensor(uint32_t number, struct file_array_found *found)
{
	size_t known = sizeof(ggml_types) / sizeof(*ggml_types);
	const struct ggml_type *type = number < known ? &ggml_types[number] : NULL;
	uint64_t elements;

	if (!type || !type->block)
		return false;
	found->dtype = type->name;
	found->item_bytes = type->block == 1 ? type->bytes : 0;
	if (!file_shape_bytes(found->dims, found->ndim, 1, &elements) || elements % type->block ||
	    elements / type->block > UINT64_MAX / type->bytes)
		return false;
	found->bytes = elements / type->block * type->bytes;
	return true;
}

static int take_tensor(struct gguf *gguf)
{
	struct file_reader *reader = gguf->reader;
	char name[FILE_NAME_BYTES + 2];
	uint64_t dims[FILE_DIMS_MAX], length;
	struct file_array_found found = { .name = name, .dims = dims, .first_dense = true };
	uint32_t i, number;

	take_string(reader, name, sizeof(name), &length);
	found.name_bytes = length < sizeof(name) ? (size_t)length : sizeof(name) - 1;
	found.ndim = file_reader__u32(reader);
	if (found.ndim > FILE_DIMS_MAX)
		file_reader__refuse(reader);
	for (i = 0; i < found.ndim && !reader->error; i++)
		dims[i] = file_reader__u64(reader);
	found.shaped = true;
	number = file_reader__u32(reader);
	found.offset = file_reader__u64(reader);
	if (reader->error)
		return 0;
	if (!type_of_tensor(number, &found)) {
		gguf->layout->unmeasured++;
		return 0;
	}
	return file_layout_add(gguf->layout, &found);
}

/* Offsets count from where the data begins, which is known behind the last description. */
static void place_tensors(struct gguf *gguf)
{
	uint64_t data = gguf->reader->at;
	size_t i;

	data += (gguf->alignment - data % gguf->alignment) % gguf->alignment;
	for (i = 0; i < gguf->layout->count; i++) {
		gguf->layout->arrays[i].offset += data;
		gguf->layout->arrays[i].end += data;
	}
}

int gguf_parse(struct file_reader *reader, struct file_layout *layout)
{
	struct gguf gguf = { reader, layout, 32 };
	uint64_t tensors, pairs;
	uint32_t version;
	int err = 0;

	file_reader__skip(reader, 4);
	version = file_reader__u32(reader);
	if (version != 2 && version != 3)
		file_reader__refuse(reader);
	tensors = file_reader__u64(reader);
	pairs = file_reader__u64(reader);
	for (; pairs && !reader->error; pairs--)
		take_pair(&gguf);
	for (; tensors && !err && !reader->error; tensors--)
		err = take_tensor(&gguf);
	/* Without the end of the descriptions no place is known. */
	if (err || reader->error)
		file_layout_forget(layout);
	else
		place_tensors(&gguf);
	return err;
}
