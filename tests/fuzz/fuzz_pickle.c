/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The data.pkl of an archive of torch.save. */
#include "arrays/files/torch_names.h"
#include "file_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct file_in_memory file = { data, bytes };
	struct file_reader *reader = malloc(sizeof(*reader));
	struct torch_names names;
	size_t i;

	need_that(reader != NULL);
	file_reader__init(reader, load_from_memory, &file, bytes);
	need_that(!torch_names_read(reader, &names));
	for (i = 0; i < names.count; i++) {
		need_that(strlen(names.tensors[i].name) <= FILE_NAME_BYTES);
		need_that(names.tensors[i].ndim <= FILE_DIMS_MAX);
		need_that(torch_names_find(&names, names.tensors[i].key) == &names.tensors[i]);
	}
	torch_names_free(&names);
	free(reader);
	return 0;
}
