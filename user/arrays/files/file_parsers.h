/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One function for each format: adds the arrays that a header names. 0 or -ENOMEM; a header that
 * is damaged or too large makes the reader's error, and what came before it has been added.
 */
#ifndef ARRAYS_FILE_PARSERS_H
#define ARRAYS_FILE_PARSERS_H

#include "arrays/files/file_arrays.h"
#include "arrays/files/file_reader.h"

int safetensors_parse(struct file_reader *reader, struct file_layout *layout);
int gguf_parse(struct file_reader *reader, struct file_layout *layout);
int arrow_parse(struct file_reader *reader, struct file_layout *layout);
int parquet_parse(struct file_reader *reader, struct file_layout *layout);
int npy_parse(struct file_reader *reader, struct file_layout *layout);

/* .npz and what torch.save writes: the layout's format says which. */
int zip_parse(struct file_reader *reader, struct file_layout *layout);

/* A .npy from the reader's position up to end, within another file. */
int npy_parse_within(struct file_reader *reader, uint64_t end, const char *name,
		     struct file_layout *layout);

#endif
