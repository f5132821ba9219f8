/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which files a process has mapped and where, as of the last check. What was read from files is
 * read again if that has changed. Anonymous memory does not matter.
 */
#ifndef COLLECT_FILE_MAPS_H
#define COLLECT_FILE_MAPS_H

#include "facts/vma.h"

struct file_maps {	  /* all zero: not checked yet */
	struct vma *vmas; /* without their paths */
	size_t count;
	size_t capacity;
	uint64_t generation; /* changes with each change; 0: not checked yet */
};

/* Compares addresses, protection, file and offset. 0 or -ENOMEM. */
int file_maps__update(struct file_maps *maps, const struct vma_list *list);

void file_maps__deinit(struct file_maps *maps);

#endif
