/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Strings that pandas 3 keeps in pyarrow's memory: chunks of large_string. */
#ifndef ARRAYS_PYTHON_PANDAS_ARROW_H
#define ARRAYS_PYTHON_PANDAS_ARROW_H

#include "arrays/python/reader.h"
#include "base/text.h"

#define PY_ARROW_CHUNKS_MAX 16u /* inserting a column adds one or two */

struct py_arrow_strings {
	struct py_arrow_chunk {
		uint64_t offsets; /* address of the first string's offset, an int64; the next one
				   * is its end */
		uint64_t data;	  /* address that the offsets count from */
		uint64_t data_bytes;
		uint64_t count;
	} chunks[PY_ARROW_CHUNKS_MAX];
	size_t chunk_count;
};

/* Of a pyarrow.ChunkedArray. 0, or -EINVAL: an unknown layout, or gaps. */
int py_arrow_read(struct py *py, uint64_t chunked, struct py_arrow_strings *ret);

/* Appends a string as repr() writes it; "?" if it cannot be read. */
void py_arrow_put(struct py *py, const struct py_arrow_strings *strings, uint64_t index,
		  struct text_buffer *text);

#endif
