/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The lives of one address space: what was there before the watch, when each
 * mapping was born, which touches outlived a failed or moving call, and what
 * ended. The kernel's table stays where it is; this adds what it cannot know.
 */
#ifndef MODEL_TOUCH_H
#define MODEL_TOUCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "facts/map_change.h"
#include "facts/map_event.h"
#include "facts/touch.h"
#include "facts/vma.h"
#include "model/page_state.h"
#include "model/touch_facts.h"
#include "base/intervals.h"

struct touch;

/*
 * page_bytes and pmd_bytes: of a page and of a huge page. tells_writes: false in the perf
 * backend. A new touch has an empty baseline: nothing was resident before.
 */
struct touch *touch__new(uint64_t page_bytes, uint64_t pmd_bytes, bool tells_writes);
void touch__free(struct touch *touch);

/*
 * The address space of a fork child: everything that is resident in what is
 * mapped at the fork counts as before. NULL and errno on failure.
 */
struct touch *touch__fork(const struct touch *parent);

/*
 * Before the attach of a process that has pages already. What ends from then on is remembered
 * until the baseline is set; without it nothing is, for no baseline comes.
 */
void touch__expect_baseline(struct touch *touch);

/* The resident pages of the baseline scan are "before", less what ended since it was expected. */
int touch__set_baseline(struct touch *touch, const struct page_runs *runs);

/*
 * Who else wants to hear what the calls of this address space changed; each change is heard of
 * once the lives have it. An error of hear is one of touch__handle.
 */
typedef int touch_hear(void *ctx, const struct map_change *change);
void touch__listen(struct touch *touch, touch_hear *hear, void *ctx);

/*
 * ENTER, CLOSED, UNCLOSED (its bits come by CLOSED events), EXIT, HOLE of this address space.
 * 0 or -ENOMEM. Unpaired EXITs are ignored.
 */
int touch__handle(struct touch *touch, const struct map_event *event);

/*
 * A scan of an address space that runs takes time. before: the kernel's chunks at its start,
 * borrowed; the events, closed by touch__window_known, are those that are handled only after it.
 * The window holds until its end, or until the next begins. 0 or -ENOMEM.
 */
int touch__begin_window(struct touch *touch, const struct touch_map *before);
int touch__window_event(struct touch *touch, const struct map_event *event);
int touch__window_known(struct touch *touch);
void touch__end_window(struct touch *touch);

/*
 * The smallest chunk start >= address at which there may be bits: the kernel's in
 * the map, or ours. UINT64_MAX when there is none.
 */
uint64_t touch__next_chunk(const struct touch *touch, const struct touch_map *map,
			   uint64_t address);

/* Huge pages seen by a scan: evidence for huge_fill. */
int touch__note_scan(struct touch *touch, const struct page_runs *runs);

/* The address space ended (exec, exit): its last bits, chunk by chunk, then the end. */
int touch__retire_chunk(struct touch *touch, const struct touch_chunk *chunk);
int touch__retire_all(struct touch *touch, const char *how, uint64_t time_ns);

/*
 * After a scan: the pages of calls that failed get their bits back where they are still
 * there, the lives of the others end. map: the kernel's chunks after that scan. Adds the pages that were touched again
 * since to *unsure: whether such a call had dropped one before cannot be told for certain. 0
 * or -ENOMEM.
 */
int touch__settle(struct touch *touch, const struct touch_map *map, const struct page_runs *runs,
		  uint64_t *unsure);

/*
 * After a scan: adds to *unsure the touched pages of mappings (vmas: of that scan) whose file lost
 * pages while it was not known where it is mapped.
 */
void touch__count_holes(struct touch *touch, const struct touch_map *map,
			const struct vma_list *vmas, uint64_t *unsure);

/*
 * Bits of the chunk that holds address: the kernel's, joined with what moved or was
 * restored. Tentative bits (the call that took them failed, has not returned, or came during
 * the scan; or they may have come after it) are apart: they hold where the page is there.
 * Returns 1, or 0 if there are none.
 */
struct touch_bits {
	struct touch_chunk sure;
	uint64_t tentative_read[CHUNK_WORDS];
	uint64_t tentative_written[CHUNK_WORDS];
};
int touch__bits(const struct touch *touch, const struct touch_map *map, uint64_t address,
		struct touch_bits *ret);

/*
 * map: the kernel's chunks after the scan that gave the runs. Bits that are there only as long as
 * the page is are settled by the runs. *ret is set also on failure. 0 or -ENOMEM.
 */
int touch__facts(const struct touch *touch, const struct touch_map *map,
		 const struct page_runs *runs, struct touch_facts *ret);

/*
 * The lives that ended: at most 1,000, the largest by pages_touched, in order of their end; the
 * last one sums the rest if there are more. The caller frees *ret. 0 or -ENOMEM.
 */
int touch__retired(struct touch *touch, struct retired **ret, size_t *count);

/* They were reported. */
void touch__forget_retired(struct touch *touch);

/* The lives that ended in an address space that touch replaces join its own. 0 or -ENOMEM. */
int touch__inherit_retired(struct touch *touch, const struct touch *replaced);

#endif
