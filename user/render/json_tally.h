/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Tallies as JSON: the part that regions, arrays and totals have in common.
 */
#ifndef RENDER_JSON_TALLY_H
#define RENDER_JSON_TALLY_H

#include <jansson.h>
#include <stdbool.h>

#include "model/snapshot.h"

/* What of a tally is known: without faults neither ledger nor touch, with perf no reads and writes. */
struct json_known {
	bool frames; /* where pages lie in physical memory */
	bool faults;
	bool writes;
	uint64_t start_ns; /* of the watch, CLOCK_MONOTONIC */
};

json_t *json_states(const struct tally *tally);
json_t *json_ledger(const struct tally *tally, const struct json_known *known);
json_t *json_touch(const struct tally *tally, const struct json_known *known);
json_t *json_heat(const struct heat *heat);

/* ns since the start of the watch, null for 0 (no such moment). */
json_t *json_moment(uint64_t time_ns, const struct json_known *known);

#endif
