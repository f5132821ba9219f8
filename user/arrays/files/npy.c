/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * numpy's .npy: "\x93NUMPY", a version, and a dict in Python's spelling, then the elements.
 * {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
 */
#include <errno.h>
#include <stdio.h>

#include "arrays/files/file_parsers.h"

/* Records of thousands of fields have a long one. */
#define HEADER_MAX (64u << 10)

struct npy {
	struct file_array_found found;
	uint64_t dims[FILE_DIMS_MAX];
	char dtype[24];
	uint64_t item_bytes; /* 0: records, whose size is not spelled out */
};

/* Behind 'NAME': and spaces; NULL: there is no such key. */
static const char *value_of(const char *header, const char *name)
{
	char key[24];
	const char *at;

	snprintf(key, sizeof(key), "'%s':", name);
	at = strstr(header, key);
	return at ? at + strlen(key) + strspn(at + strlen(key), " ") : NULL;
}

static bool take_digits(const char **at, uint64_t *ret)
{
	const char *from = *at;

	for (*ret = 0; **at >= '0' && **at <= '9'; ++*at) {
		if (*ret > (UINT64_MAX - 9) / 10)
			return false;
		*ret = *ret * 10 + (uint64_t)(**at - '0');
	}
	return *at > from;
}

/* (), (3,) or (3, 4); also the 3L of Python 2. */
static bool take_shape(struct npy *npy, const char *at)
{
	if (!at || *at++ != '(')
		return false;
	for (;;) {
		at += strspn(at, " ,");
		if (*at == ')')
			return true;
		if (npy->found.ndim == FILE_DIMS_MAX ||
		    !take_digits(&at, &npy->dims[npy->found.ndim++]))
			return false;
		at += *at == 'L';
	}
}

/* '<f4', '|S10', '<U5', '<M8[ns]': a type, and how many bytes, or characters of 4 bytes. */
static bool take_descr(struct npy *npy, const char *at)
{
	size_t length;

	if (!at)
		return false;
	if (*at != '\'')
		return *at == '[' || *at == '('; /* records */
	length = strcspn(++at, "'");
	if (length < 2)
		return false;
	snprintf(npy->dtype, sizeof(npy->dtype), "%.*s", (int)(length < 23 ? length : 23), at);
	/* Objects are pickled: their bytes are not elements. */
	if (at[1] == 'O')
		return true;
	npy->item_bytes = 0;
	at += 2;
	if (!take_digits(&at, &npy->item_bytes) || npy->item_bytes > UINT32_MAX / 4)
		return false;
	if (npy->dtype[1] == 'U')
		npy->item_bytes *= 4;
	return true;
}

/* Records: as many bytes as are left, if each record has equally many. */
static void measure_records(struct npy *npy, uint64_t left)
{
	uint64_t records;

	if (*npy->dtype || !file_shape_bytes(npy->dims, npy->found.ndim, 1, &records) || !records)
		return;
	snprintf(npy->dtype, sizeof(npy->dtype), "record");
	if (left % records == 0 && left / records <= UINT32_MAX)
		npy->item_bytes = left / records;
}

static int add_npy(struct npy *npy, const char *name, uint64_t offset, uint64_t left,
		   struct file_layout *layout)
{
	struct file_array_found *found = &npy->found;

	measure_records(npy, left);
	found->name = name;
	found->name_bytes = strlen(name);
	found->dtype = npy->dtype;
	found->dims = npy->dims;
	found->shaped = true;
	found->item_bytes = (uint32_t)npy->item_bytes;
	found->offset = offset;
	if (!npy->item_bytes)
		found->bytes = left;
	else if (!file_shape_bytes(npy->dims, found->ndim, npy->item_bytes, &found->bytes)) {
		layout->unmeasured++;
		return 0;
	}
	return file_layout_add(layout, found);
}

static size_t header_bytes(struct file_reader *reader)
{
	static const uint8_t magic[6] = { 0x93, 'N', 'U', 'M', 'P', 'Y' };
	uint8_t head[8];
	size_t count;

	file_reader__take(reader, head, sizeof(head));
	if (memcmp(head, magic, sizeof(magic)) || head[6] < 1 || head[6] > 3)
		file_reader__refuse(reader);
	count = head[6] == 1 ? file_reader__u16(reader) : file_reader__u32(reader);
	if (count > HEADER_MAX)
		file_reader__refuse(reader);
	return reader->error ? 0 : count;
}

int npy_parse_within(struct file_reader *reader, uint64_t end, const char *name,
		     struct file_layout *layout)
{
	size_t count = header_bytes(reader);
	struct npy npy = { 0 };
	char *header = calloc(1, count + 1);
	const char *order;
	int err = 0;

	if (!header)
		return -ENOMEM;
	file_reader__take(reader, header, count);
	order = value_of(header, "fortran_order");
	if (!reader->error && (!take_descr(&npy, value_of(header, "descr")) || !order ||
			       !take_shape(&npy, value_of(header, "shape")) || reader->at > end))
		file_reader__refuse(reader);
	if (!reader->error) {
		npy.found.first_dense = *order == 'T';
		err = add_npy(&npy, name, reader->at, end - reader->at, layout);
	}
	free(header);
	return err;
}

int npy_parse(struct file_reader *reader, struct file_layout *layout)
{
	return npy_parse_within(reader, reader->bytes, "array", layout);
}
