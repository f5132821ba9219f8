/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Which tensors an archive of torch.save has on its storages, by its data.pkl. */
#ifndef ARRAYS_TORCH_NAMES_H
#define ARRAYS_TORCH_NAMES_H

#include "arrays/files/file_arrays.h"
#include "arrays/files/file_reader.h"

/* A tensor that begins where its storage does. */
struct torch_tensor {
	char *key; /* of its storage: "0" for data/0 */
	char *name;
	char dtype[24];
	uint32_t item_bytes; /* 0: not known */
	bool alone;	     /* no other tensor uses the storage */
	bool dense;	     /* its elements lie one behind the other, the last index first */
	uint32_t ndim;
	uint64_t dims[FILE_DIMS_MAX];
};

struct torch_names {
	struct torch_tensor *tensors; /* one for each storage, sorted by key */
	size_t count;
	size_t capacity;
};

/* At the reader's position is data.pkl. 0 or -ENOMEM; what it does not tell is the reader's error. */
int torch_names_read(struct file_reader *reader, struct torch_names *ret);
void torch_names_free(struct torch_names *names);

/* The first tensor of a storage, or NULL. */
const struct torch_tensor *torch_names_find(const struct torch_names *names, const char *key);

#endif
