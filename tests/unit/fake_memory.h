/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Memory built by hand, a page here and there, as a source for the Python reader: and a small
 * interpreter's worth of objects in it.
 */
#ifndef TESTS_FAKE_MEMORY_H
#define TESTS_FAKE_MEMORY_H

#include "arrays/python/walk.h"

#define FAKE_PAGE 4096u
#define FAKE_PAGES 64u
#define FAKE_MINOR 11 /* the layout that the objects have */

struct fake_memory {
	uint64_t numbers[FAKE_PAGES]; /* of the pages that there are */
	uint8_t pages[FAKE_PAGES][FAKE_PAGE];
	size_t count;
	uint64_t next; /* where the next object goes */
	/* Fills a page that was not built, or says that there is none; NULL: there is none. */
	bool (*generate)(uint64_t address, uint8_t *page);
	/* Types, made at first. */
	uint64_t type, list, tuple, dict, str, code, ndarray;
	uint64_t interp; /* for the next look */
	struct vma vma;	 /* all of it */
	struct vma_list vmas;
};

/* Fills both. */
void fake_memory__init(struct fake_memory *memory, struct py *py);

/* Nothing read so far is remembered, time begins anew: after memory was built. */
void fake_memory__look_anew(struct fake_memory *memory, struct py *py);
void fake_memory__deinit(struct py *py);

/* Builds a page, if there is none yet, at any address in it. */
void fake_memory__add_page(struct fake_memory *memory, uint64_t address);

/* The page must be there. */
void fake_memory__put(struct fake_memory *memory, uint64_t address, const void *data, size_t bytes);
void fake_memory__put_word(struct fake_memory *memory, uint64_t address, uint64_t word);

/* Room for an object of that many bytes, its type set; on new pages as needed. */
uint64_t fake_memory__new(struct fake_memory *memory, uint64_t type, size_t bytes);
uint64_t fake_memory__new_type(struct fake_memory *memory, const char *name, uint64_t flags,
			       uint64_t basicsize);
uint64_t fake_memory__new_list(struct fake_memory *memory, uint64_t items, uint64_t size);
uint64_t fake_memory__new_str(struct fake_memory *memory, const char *text);

/* An ndarray of this many dimensions of length 3, data nowhere. */
uint64_t fake_memory__new_array(struct fake_memory *memory, uint32_t ndim);

#endif
