/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* States, ledger, touches and heat as JSON. */
#include "render/json_tally.h"

void json_states(struct json_out *json, const struct tally *tally)
{
	unsigned int i;

	json_open(json, "states", '{');
	for (i = 0; i < PAGE_STATES; i++)
		json_count(json, page_state_name((enum page_state)i), tally->states[i]);
	json_close(json, '}');
}

void json_ledger(struct json_out *json, const struct tally *tally, const struct json_known *known)
{
	uint64_t unexplained = ledger_unexplained(tally->ledger);
	unsigned int i;

	if (!known->faults) {
		json_null(json, "ledger");
		return;
	}
	json_open(json, "ledger", '{');
	for (i = 0; i < LEDGER_UNEXPLAINED; i++) {
		bool null = unexplained && (i == LEDGER_HUGE_FILL || i == LEDGER_UNFAULTED);

		json_count_if(json, ledger_class_name((enum ledger_class)i), !null,
			      tally->ledger[i]);
	}
	json_count(json, "unexplained_pages", unexplained);
	json_close(json, '}');
}

void json_moment(struct json_out *json, const char *key, uint64_t time_ns,
		 const struct json_known *known)
{
	json_count_if(json, key, time_ns != 0,
		      time_ns > known->start_ns ? time_ns - known->start_ns : 0);
}

void json_touch(struct json_out *json, const struct tally *tally, const struct json_known *known)
{
	const struct touch_tally *touch = &tally->touch;
	uint32_t i;

	if (!known->faults) {
		json_null(json, "touch");
		return;
	}
	json_open(json, "touch", '{');
	json_count_if(json, "pages_read", known->writes, touch->pages_read);
	json_count_if(json, "pages_written", known->writes, touch->pages_written);
	json_count(json, "pages_touched", touch->pages_touched);
	json_count(json, "zero_read", touch->zero_read);
	json_count(json, "gone", touch->gone);
	json_moment(json, "first_ns", touch->first_ns, known);
	json_moment(json, "last_ns", touch->last_ns, known);
	json_open(json, "first_threads", '[');
	for (i = 0; i < touch->first_thread_count; i++)
		json_count(json, NULL, touch->first_threads[i]);
	json_close(json, ']');
	json_bool(json, "chunk_shared", touch->chunk_shared);
	json_close(json, '}');
}

static void put_cached(struct json_out *json, const struct tally *tally)
{
	const struct cached_tally *cached = &tally->cached;

	json_count_if(json, "cached_pages", cached_tally__known(cached), cached->cached);
	json_count_if(json, "dirty_pages", cached_tally__dirty_known(cached), cached->dirty);
	json_count_if(json, "swapped_pages", cached_tally__swapped_known(cached),
		      tally->states[PAGE_SWAPPED] + cached->swapped);
	json_words(json, "cached_unknown", cached_tally__unknown_word(cached));
}

void json_tally(struct json_out *json, const struct tally *tally, const struct json_known *known)
{
	json_count(json, "pages", tally->pages);
	json_states(json, tally);
	json_count(json, "resident_pages", tally->resident);
	put_cached(json, tally);
	json_ledger(json, tally, known);
	json_touch(json, tally, known);
}

static void put_cells(struct json_out *json, const char *key, const uint64_t *counts,
		      uint32_t count)
{
	uint32_t i;

	json_open(json, key, '[');
	for (i = 0; i < count; i++)
		json_count(json, NULL, counts[i]);
	json_close(json, ']');
}

void json_heat(struct json_out *json, const struct heat *heat)
{
	if (!heat->cells) {
		json_null(json, "heat");
		return;
	}
	json_open(json, "heat", '{');
	json_count(json, "cells", heat->cells);
	put_cells(json, "pages", heat->pages, heat->cells);
	put_cells(json, "resident", heat->resident, heat->cells);
	put_cells(json, "zero", heat->zero, heat->cells);
	put_cells(json, "touched", heat->touched, heat->cells);
	json_close(json, '}');
}
