/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The final snapshot of a process that was held at its end. */
#include <errno.h>
#include <stdlib.h>

#include "base/test_point.h"
#include "engine/priv.h"

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
	cached__begin(engine);
	err = engine_look(engine, target, row);
	if (!err)
		err = process_moment__resident(row, engine->environment.page_bytes,
					       &target->final_pages);
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
