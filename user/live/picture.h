/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What the live view shows of one moment: a tree of items with their figures. Processes hold
 * groups and processes, groups hold arrays or mappings, arrays hold the views of them. Sizes are
 * bytes.
 */
#ifndef LIVE_PICTURE_H
#define LIVE_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/moment.h"
#include "model/rows/snapshot.h"

enum item_kind { ITEM_GROUP, ITEM_PROCESS, ITEM_ARRAY, ITEM_REGION };

enum item_group {
	GROUP_ARRAYS,
	GROUP_HEAP,
	GROUP_STACKS,
	GROUP_ANON,
	GROUP_SHARED,
	GROUP_FILES,
	GROUP_LIBRARIES, /* files of which a part is mapped as code */
	GROUP_KERNEL,
	GROUPS,
};

/* The same in the next moment. */
struct item_key {
	uint32_t pid;
	enum item_kind kind;
	uint64_t id; /* of an array; a region's start; a group's enum */
};

enum item_mark {
	MARK_FILE = 1 << 0,
	MARK_SHARED = 1 << 1,
	MARK_HUGE = 1 << 2,
	MARK_SWAPPED = 1 << 3,
};

#define NO_ITEM SIZE_MAX

struct item {
	struct item_key key;
	enum item_group group;
	size_t parent; /* index of an item, or NO_ITEM */
	const struct process_snapshot *process;
	const struct array_row *array;	 /* of ITEM_ARRAY */
	const struct region_row *region; /* of ITEM_REGION */
	char *name;			 /* safe; owned */
	size_t differs;			 /* the byte that tells it from the others */
	uint64_t start, end;		 /* its pages; 0: it has no heatmap */
	uint64_t span, resident, touched;
	unsigned int marks;  /* enum item_mark */
	uint64_t count;	     /* of a group: what it has */
	bool rates_known;    /* it was there one moment before */
	int64_t change;	     /* of resident, a second */
	uint64_t touch_rate; /* newly touched, a second */
	struct heat heat;    /* of the width that it was last asked for */
	uint32_t heat_cells; /* that width; 0: none yet */
};

struct picture {
	struct moment moment;
	bool borrowed;		     /* the moment is somebody else's */
	struct snapshot snapshot;    /* counts alone */
	struct process_lists *lists; /* of each process of the snapshot */
	struct item *items;
	size_t count;
	size_t capacity;
	size_t *by_key;	  /* indices, sorted */
	bool touch_known; /* in one process at least */
	bool steady;	  /* nothing has changed since the one before it */
	uint64_t rss;	  /* of all processes */
};

bool item_key_same(const struct item_key *a, const struct item_key *b);
int item_key_compare(const struct item_key *a, const struct item_key *b);

/*
 * Takes the moment over, which is empty then, also on failure. before: the picture of an earlier
 * moment, for rates; may be NULL. 0 or -errno.
 */
int picture__new(struct moment *moment, const struct picture *before, struct picture **ret);

/* The same of a moment that is somebody else's, and stays for as long as the picture. */
int picture__of(const struct moment *moment, const struct picture *before, struct picture **ret);

/*
 * Whether the picture (NULL: none) is also one of this later moment, in which every process is as it
 * was scanned before. Then it is that one now, and borrows it. So a process at rest costs little.
 */
bool picture__advance(struct picture *picture, const struct moment *moment);

void picture__free(struct picture *picture);

/* Index of an item, or NO_ITEM. */
size_t picture__find(const struct picture *picture, const struct item_key *key);

/* The item's heatmap of at most that many cells; kept until another width is asked for. 0 or -ENOMEM. */
int picture__heat(struct picture *picture, struct item *item, uint32_t cells);

#endif
