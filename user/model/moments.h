/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A sequence of moments, whoever keeps them: what renderers of sequences take. */
#ifndef MODEL_MOMENTS_H
#define MODEL_MOMENTS_H

#include <stddef.h>

#include "model/moment.h"

struct moments { /* in the order of time */
	size_t count;
	void *from; /* whoever keeps them */
	/* The moment is borrowed until the next call. 0 or -errno. */
	int (*at)(void *from, size_t index, const struct moment **ret);
	size_t before_last; /* how many lie behind the one that a person wants to see */
};

#endif
