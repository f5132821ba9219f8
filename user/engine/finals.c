/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The final snapshot of a process that was held at its end. */
#include <errno.h>
#include <stdlib.h>

#include "base/test_point.h"
#include "engine/priv.h"

static uint64_t pages_of(const struct process_moment *row, uint64_t page_bytes)
{
	uint64_t pages = 0;
	size_t i;

	for (i = 0; row->runs && i < row->runs->count; i++) {
		const struct page_run *run = &row->runs->runs[i];

		if (page_state_resident(run->state))
			pages += (run->end - run->start) / page_bytes;
	}
	return pages;
}

int engine__keep_last(struct engine *engine)
{
	struct process_moment *row;
	struct target *target;
	int err;

	test_point_wait("stopped");
	err = engine_drain(engine);
	target = engine_find_pid(engine, (uint32_t)control__held(engine->control));
	if (err || !target || target->final)
		return err;
	row = calloc(1, sizeof(*row));
	if (!row)
		return -ENOMEM;
	target->final = row;
	err = engine_look(engine, target, row);
	target->final_pages = pages_of(row, engine->environment.page_bytes);
	/* It ended meanwhile: what was counted until then is reported as ended. */
	if (err || target->ended)
		target__forget_final(target);
	else
		engine->kept_last |= (pid_t)target->pid == engine->launched;
	test_point_wait("snapshot");
	return err;
}

bool engine__kept_last(const struct engine *engine)
{
	return engine->kept_last;
}
