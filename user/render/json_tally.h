/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Tallies as JSON: what regions, arrays and totals have in common. */
#ifndef RENDER_JSON_TALLY_H
#define RENDER_JSON_TALLY_H

#include <stdbool.h>

#include "model/rows/snapshot.h"
#include "render/json_out.h"

/*
 * What is known of a tally: without faults neither ledger nor touch, with perf no reads and writes.
 */
struct json_known {
	bool frames; /* where pages are in physical memory */
	bool faults;
	bool writes;
	bool detail;	   /* --detail: heat, ranges, grids, interiors */
	uint64_t start_ns; /* of the watch, CLOCK_MONOTONIC */
};

/* pages, states, resident_pages, what is cached, ledger, touch: members of the object that is open. */
void json_tally(struct json_out *json, const struct tally *tally, const struct json_known *known);

void json_states(struct json_out *json, const struct tally *tally);
void json_ledger(struct json_out *json, const struct tally *tally, const struct json_known *known);
void json_touch(struct json_out *json, const struct tally *tally, const struct json_known *known);
void json_heat(struct json_out *json, const struct heat *heat);

/* ns since the start of the watch; null for 0 (no such moment). */
void json_moment(struct json_out *json, const char *key, uint64_t time_ns,
		 const struct json_known *known);

#endif
