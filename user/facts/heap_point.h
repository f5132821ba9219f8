/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Where a function that allocates or frees begins. */
#ifndef FACTS_HEAP_POINT_H
#define FACTS_HEAP_POINT_H

#include <stdint.h>

#include "facts/heap_call.h"

struct heap_point {
	uint64_t offset; /* bytes into its file */
	enum heap_call call;
};

#endif
