/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Words of the target that a way to an object rests on. While none of them changes, the way leads
 * there.
 */
#ifndef ARRAYS_PYTHON_LINKS_H
#define ARRAYS_PYTHON_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PY_LINKS_MAX 3000000u
#define PY_LINKS_LOST UINT32_MAX /* as the count of a range: there was no room for it */

enum py_link_how {
	PY_LINK_SAME,  /* the bytes have not changed */
	PY_LINK_COUNT, /* a container's length, which may change but stays above the position in
		        * it */
	PY_LINK_STATE, /* a generator's state, a signed byte: not above 0 */
	PY_LINK_FRAME, /* the address of a frame: it still belongs to its thread */
};

struct py_link {
	uint64_t address : 56;
	uint64_t how : 4;
	uint64_t bytes : 4; /* 1 to 8 */
	uint64_t word;	    /* its content when it was read */
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
	size_t limit; /* at most this many */
	size_t first; /* [first, count): for the present object */
	bool used;    /* a way rests on these */
	bool lost;    /* there was no room for some of these */
};

void py_links__deinit(struct py_links *links);

/* Begins another object. The links of the last one stay if a way rests on them. */
void py_links__begin(struct py_links *links);

/* Adds a link for the present object. Does nothing without links (NULL). */
void py_links__add(struct py_links *links, const struct py_link *link);

/* Keeps the links of the object so far and returns them. */
struct py_link_range py_links__use(struct py_links *links);

#endif
