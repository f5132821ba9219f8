/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The rows, and how one is chosen. */
#include "arrays/python/layout.h"

/* clang-format off */
static const struct py_layout rows[] = {
#include "arrays/python/layout_table.inc"
};
/* clang-format on */

const struct py_layout *py_layout_of(int32_t minor)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].minor == minor)
			return &rows[i];
	}
	return NULL;
}
