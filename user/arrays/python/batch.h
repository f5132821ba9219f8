/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Reads many ndarrays in few steps: their heads as the sweep met them, and their shapes. The two
 * may be of different moments, so results must be verified (scan_verify).
 */
#ifndef ARRAYS_PYTHON_BATCH_H
#define ARRAYS_PYTHON_BATCH_H

#include "arrays/python/ndarray.h"

struct batch_reader {
	struct py *py;
	uint32_t numpy_major;
	uint64_t min_bytes; /* arrays that span less are left out */
	/* Takes an array over, even on failure. 0, or -errno, which ends the reading. */
	int (*add)(void *ctx, struct array_desc *array);
	void *ctx;
	size_t changing; /* result: arrays that changed during every read */
};

/* The arrays at these addresses (their heads are in the cache), in that order. 0 or -errno. */
int batch_read(struct batch_reader *reader, const uint64_t *objects, size_t count);

#endif
