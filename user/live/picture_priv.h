/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What the files of the picture share. */
#ifndef LIVE_PICTURE_PRIV_H
#define LIVE_PICTURE_PRIV_H

#include "base/intervals.h"
#include "live/picture.h"

/* What counting the pages of a process of the picture reads; borrowed from the picture. */
struct tally_input picture__input(const struct picture *picture,
				  const struct process_snapshot *process);

/* picture_fill.c: all items, parents before what they hold. 0 or -ENOMEM. */
int picture_fill(struct picture *picture);

/*
 * One more item, all zero but for these; its name is safe and copied. Its address is good until
 * the next one. NULL: no memory.
 */
struct item *picture__add(struct picture *picture, size_t parent, enum item_kind kind, uint64_t id,
			  const char *name);

/* picture_group.c: the group that each region of a process belongs to. */
struct code_files { /* files that are mapped as code, sorted */
	struct code_file {
		uint64_t inode;
		uint64_t device;
	} * files;
	size_t count;
};

/* 0 or -ENOMEM; *ret is the caller's to deinit. */
int code_files__init(struct code_files *ret, const struct process_snapshot *process);
void code_files__deinit(struct code_files *files);

enum item_group group_of(const struct code_files *files, const struct vma *vma);
const char *group_name(enum item_group group);

/*
 * The pages of a process that its arrays have from their first to their last byte, and what of them
 * lies in [start, end): pages are counted once, by the group that has them. 0 or -ENOMEM.
 */
int arrays_pages(const struct process_snapshot *process, uint64_t page_bytes,
		 struct intervals *ret);
int arrays_within(const struct intervals *pages, const struct tally_input *input, uint64_t start,
		  uint64_t end, struct tally *ret);

#endif
