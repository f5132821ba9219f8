/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * The pages of a process for the page's script, run by run.
 *
 * Runs are in pieces: a list of the number of its first page, then the length and the kind of each
 * run. Pages that no piece names, and runs of kind 0, are absent and not touched. A piece begins
 * where the number of a page says so. So runs that are equal in two moments are mostly in equal
 * pieces, which the file has once.
 */
#ifndef RENDER_HTML_PAGES_H
#define RENDER_HTML_PAGES_H

#include "model/rows/snapshot.h"
#include "render/json_out.h"

/*
 * The kind of a run: ((state * HTML_CAUSES + cause) * 2 + read) * 2 + written. A mixed one is
 * followed by its counts of resident pages, zero pages and touched pages.
 */
#define HTML_CAUSES 6u /* those of the ledger, and none */
#define HTML_KIND_MIXED 255u

/*
 * An object with the pieces, and the pages in a block of which mixed runs are (1: there are none).
 * runs_max: above it neighbours are joined to mixed runs.
 */
void html_pages(struct json_out *json, const struct snapshot *snapshot,
		const struct process_snapshot *process, uint64_t runs_max);

#endif
