/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Which files a process has mapped where, as of a look: what is read out of files is read again
 * when that has changed. Anonymous memory comes and goes, and tells nothing of files.
 */
#ifndef COLLECT_FILE_MAPS_H
#define COLLECT_FILE_MAPS_H

#include "facts/vma.h"

struct file_maps {	  /* all zero: no look was taken */
	struct vma *vmas; /* without their paths */
	size_t count;
	size_t capacity;
	uint64_t generation; /* another one after each change; 0: no look was taken */
};

/* A look: addresses, protection, file and offset are compared. 0 or -ENOMEM. */
int file_maps__update(struct file_maps *maps, const struct vma_list *list);

void file_maps__deinit(struct file_maps *maps);

#endif
