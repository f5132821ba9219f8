/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Many ndarrays at once, in few steps: their heads as the sweep has met them, and their shapes.
 * Both may be of different moments: what is told of them is to be read again (scan_verify).
 */
#ifndef ARRAYS_PYTHON_BATCH_H
#define ARRAYS_PYTHON_BATCH_H

#include "arrays/python/ndarray.h"

struct batch_reader {
	struct py *py;
	uint32_t numpy_major;
	uint64_t min_bytes; /* arrays that span less are left out */
	/* Takes an array over, also when it fails. 0 or -errno, which ends the reading. */
	int (*add)(void *ctx, struct array_desc *array);
	void *ctx;
	size_t changing; /* result: arrays that changed under each look */
};

/* The arrays at these addresses (their heads are in the cache), in that order. 0 or -errno. */
int batch_read(struct batch_reader *reader, const uint64_t *objects, size_t count);

#endif
