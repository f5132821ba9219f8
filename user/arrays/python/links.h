/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Words of the target that a way to an object rests on. While all of them are as they were, the
 * way leads there.
 */
#ifndef ARRAYS_PYTHON_LINKS_H
#define ARRAYS_PYTHON_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PY_LINKS_MAX 3000000u
#define PY_LINKS_LOST UINT32_MAX /* the count of a range for which there was no room */

enum py_link_how {
	PY_LINK_SAME,  /* the bytes are as they were */
	PY_LINK_COUNT, /* a container's length, which may change: above the position in it */
	PY_LINK_STATE, /* the state of a generator, a signed byte: not above 0 */
	PY_LINK_FRAME, /* the address of a frame: it is one of its thread's */
};

struct py_link {
	uint64_t address : 56;
	uint64_t how : 4;
	uint64_t bytes : 4; /* 1 to 8 */
	uint64_t word;	    /* what was read there */
};

/* [first, first + count) of the links. */
struct py_link_range {
	uint32_t first;
	uint32_t count;
};

struct py_links {
	struct py_link *links; /* owned */
	size_t count;
	size_t capacity;
	size_t limit; /* at most so many */
	size_t first; /* [first, count): of the object that is looked at */
	bool used;    /* some way rests on these */
	bool lost;    /* some of these had no room */
};

void py_links__deinit(struct py_links *links);

/* Another object is looked at: the links of the last one stay if a way rests on them. */
void py_links__begin(struct py_links *links);

/* One more of the object that is looked at. Without links (NULL) nothing happens. */
void py_links__add(struct py_links *links, const struct py_link *link);

/* Those of the object so far, which stay. */
struct py_link_range py_links__use(struct py_links *links);

#endif
