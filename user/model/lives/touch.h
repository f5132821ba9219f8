/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The lives of one address space: what was resident before the watch, when each mapping began,
 * which touches survived a failed or moving call, and what ended. The kernel's table stays as it
 * is; this adds what it cannot know.
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
 * page_bytes, pmd_bytes: size of a page and of a huge page. tells_writes: false in the perf
 * backend. A new touch has an empty baseline: nothing was resident before.
 */
struct touch *touch__new(uint64_t page_bytes, uint64_t pmd_bytes, bool tells_writes);
void touch__free(struct touch *touch);

/*
 * The address space of a forked child: everything resident in what is mapped at the fork counts as
 * before. NULL and errno on failure.
 */
struct touch *touch__fork(const struct touch *parent);

/* The same for a new touch, if nothing is known of the parent. 0 or -ENOMEM. */
int touch__inherit_all(struct touch *touch);

/*
 * Call it before attaching to a process that has pages already: ends of lives are recorded
 * until the baseline is set. Without this call none are, because no baseline comes.
 */
void touch__expect_baseline(struct touch *touch);

/* The resident pages of the baseline scan are "before", less what ended since it was expected. */
int touch__set_baseline(struct touch *touch, const struct page_runs *runs);

/*
 * A listener for the changes by calls of this address space; it is called after the lives were
 * updated. touch__handle returns an error of hear.
 */
typedef int touch_hear(void *ctx, const struct map_change *change);
void touch__listen(struct touch *touch, touch_hear *hear, void *ctx);

/*
 * ENTER, CLOSED, UNCLOSED (its bits come as CLOSED events), EXIT, HOLE of this address space. 0 or
 * -ENOMEM. Ignores unpaired EXITs.
 */
int touch__handle(struct touch *touch, const struct map_event *event);

/*
 * For the scan of a running address space, which takes time. before: the kernel's chunks at its
 * start, borrowed. The events until touch__window_known are handled only after the scan. The window
 * is valid until it ends or the next begins. 0 or -ENOMEM.
 */
int touch__begin_window(struct touch *touch, const struct touch_map *before);
int touch__window_event(struct touch *touch, const struct map_event *event);
int touch__window_known(struct touch *touch);
void touch__end_window(struct touch *touch);

/*
 * The smallest chunk start >= address that may have bits, in the map or in user space. UINT64_MAX
 * if there is none.
 */
uint64_t touch__next_chunk(const struct touch *touch, const struct touch_map *map,
			   uint64_t address);

/* Huge pages seen by a scan: evidence for huge_fill. */
int touch__note_scan(struct touch *touch, const struct page_runs *runs);

/* Whether a mapping call has begun whose end is not known, or failed and left its pages in doubt. */
bool touch__unsettled(const struct touch *touch);

/*
 * Appends the ranges of mapping calls that have begun and whose end is not known: those of a thread,
 * or of all (tid 0). 0 or -ENOMEM.
 */
int touch__pending(const struct touch *touch, uint32_t tid, struct intervals *ret);

/* The address space ended (exec, exit): its last bits, chunk by chunk, then the end. */
int touch__retire_chunk(struct touch *touch, const struct touch_chunk *chunk);
int touch__retire_all(struct touch *touch, const char *how, uint64_t time_ns);

/*
 * After a scan: settles failed calls. Pages that are still present get their bits back; the lives
 * of the others end. map: the kernel's chunks after that scan. Adds to *unsure the pages touched
 * again since: whether such a call had dropped them is not certain. 0 or -ENOMEM.
 */
int touch__settle(struct touch *touch, const struct touch_map *map, const struct page_runs *runs,
		  uint64_t *unsure);

/*
 * After a scan: adds to *unsure the touched pages of mappings (vmas: of that scan) of files that
 * lost pages while their mappings could not be found.
 */
void touch__count_holes(struct touch *touch, const struct touch_map *map,
			const struct vma_list *vmas, uint64_t *unsure);

/*
 * Bits of the chunk that contains address: the kernel's, merged with moved and restored ones.
 * Tentative bits are separate (the call that took them failed, is pending, or came during the scan;
 * or they may have come after it): they are valid if the page is present. Returns 1, or 0 if there
 * are none.
 */
struct touch_bits {
	struct touch_chunk sure;
	uint64_t tentative_read[CHUNK_WORDS];
	uint64_t tentative_written[CHUNK_WORDS];
};
int touch__bits(const struct touch *touch, const struct touch_map *map, uint64_t address,
		struct touch_bits *ret);

/*
 * map: the kernel's chunks after the scan that gave the runs; what it has may be taken over. The
 * runs settle tentative bits. *ret is set even on failure. 0 or -ENOMEM.
 */
int touch__facts(const struct touch *touch, struct touch_map *map, const struct page_runs *runs,
		 struct touch_facts *ret);

/*
 * The most pages that were touched at one time since the touch began. now: what is touched now, of
 * touch__facts; empty if the address space has ended.
 */
struct peak_pages touch__peak(const struct touch *touch, const struct touch_map *now);

/*
 * The ended lives: at most 1,000, the largest by pages_touched, in order of their end; if there are
 * more, the last one sums the rest. The caller frees *ret. 0 or -ENOMEM.
 */
int touch__retired(struct touch *touch, struct retired **ret, size_t *count);

/* They were reported: forgets them. */
void touch__forget_retired(struct touch *touch);

/* Takes over the ended lives, and the peak, of an address space that touch replaces. 0 or -ENOMEM. */
int touch__inherit_retired(struct touch *touch, const struct touch *replaced);

#endif
