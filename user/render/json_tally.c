/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* States, ledger, touches and heat as JSON. */
#include "render/json_tally.h"

#include "render/json_write.h"

json_t *json_states(const struct tally *tally)
{
	json_t *object = json_object();
	unsigned int i;

	for (i = 0; i < PAGE_STATES; i++)
		json_put_count(object, page_state_name((enum page_state)i), tally->states[i]);
	return object;
}

json_t *json_ledger(const struct tally *tally, const struct json_known *known)
{
	uint64_t unexplained = ledger_unexplained(tally->ledger);
	json_t *object;
	unsigned int i;

	if (!known->faults)
		return json_null();
	object = json_object();
	for (i = 0; i < LEDGER_UNEXPLAINED; i++) {
		bool null = unexplained && (i == LEDGER_HUGE_FILL || i == LEDGER_UNFAULTED);

		json_put(object, ledger_class_name((enum ledger_class)i),
			 null ? json_null() : json_integer((json_int_t)tally->ledger[i]));
	}
	json_put_count(object, "unexplained_pages", unexplained);
	return object;
}

json_t *json_moment(uint64_t time_ns, const struct json_known *known)
{
	if (!time_ns)
		return json_null();
	return json_integer(time_ns > known->start_ns ? (json_int_t)(time_ns - known->start_ns)
						      : 0);
}

json_t *json_touch(const struct tally *tally, const struct json_known *known)
{
	const struct touch_tally *touch = &tally->touch;
	json_t *object, *threads;
	uint32_t i;

	if (!known->faults)
		return json_null();
	object = json_object();
	json_put(object, "pages_read",
		 known->writes ? json_integer((json_int_t)touch->pages_read) : json_null());
	json_put(object, "pages_written",
		 known->writes ? json_integer((json_int_t)touch->pages_written) : json_null());
	json_put_count(object, "pages_touched", touch->pages_touched);
	json_put_count(object, "zero_read", touch->zero_read);
	json_put_count(object, "gone", touch->gone);
	json_put(object, "first_ns", json_moment(touch->first_ns, known));
	json_put(object, "last_ns", json_moment(touch->last_ns, known));
	threads = json_array();
	for (i = 0; threads && i < touch->first_thread_count; i++)
		json_array_append_new(threads, json_integer(touch->first_threads[i]));
	json_put(object, "first_threads", threads);
	json_put_bool(object, "chunk_shared", touch->chunk_shared);
	return object;
}

static json_t *cells(const uint64_t *counts, uint32_t count)
{
	json_t *array = json_array();
	uint32_t i;

	for (i = 0; array && i < count; i++)
		json_array_append_new(array, json_integer((json_int_t)counts[i]));
	return array;
}

json_t *json_heat(const struct heat *heat)
{
	json_t *object;

	if (!heat->cells)
		return json_null();
	object = json_object();
	json_put_count(object, "cells", heat->cells);
	json_put(object, "pages", cells(heat->pages, heat->cells));
	json_put(object, "resident", cells(heat->resident, heat->cells));
	json_put(object, "zero", cells(heat->zero, heat->cells));
	json_put(object, "touched", cells(heat->touched, heat->cells));
	return object;
}
