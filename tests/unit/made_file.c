/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "made_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

ssize_t load_made(void *ctx, uint64_t offset, void *buffer, size_t count)
{
	struct made *file = ctx;

	assert_true(offset + count <= file->count);
	file->loads++;
	if (file->error)
		return file->error;
	memcpy(buffer, file->bytes + offset, count);
	return (ssize_t)count;
}

struct file_layout look_at_made(struct made *file)
{
	struct file_layout layout;

	assert_int_equal(file_look(load_made, file, file->count, &layout), 0);
	return layout;
}
