/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A data file in memory. */
#ifndef TESTS_MADE_FILE_H
#define TESTS_MADE_FILE_H

#include "arrays/files/file_look.h"

struct made {
	uint8_t bytes[8192];
	size_t count;
	size_t loads; /* how often something was read */
	int error;    /* what a read gives */
};

/* A load function: ctx is a struct made *. It checks that what is read is there. */
ssize_t load_made(void *ctx, uint64_t offset, void *buffer, size_t count);

/* The caller deinits the layout. */
struct file_layout look_at_made(struct made *file);

#endif
