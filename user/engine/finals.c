/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What is kept of a process that stood at its last chance. */
#include <errno.h>
#include <stdlib.h>

#include "base/test_point.h"
#include "engine/priv.h"

void finals_free(struct target *target)
{
	if (target->final)
		process_moment__deinit(target->final);
	free(target->final);
	target->final = NULL;
}

bool finals_take(struct target *target, struct process_moment *row)
{
	if (!target->final)
		return false;
	*row = *target->final;
	free(target->final);
	target->final = NULL;
	return true;
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
	/* It ended meanwhile: what was counted until then is told as ended. */
	if (err || target->ended)
		finals_free(target);
	else
		engine->kept_last |= (pid_t)target->pid == engine->launched;
	test_point_wait("snapshot");
	return err;
}

bool engine__kept_last(const struct engine *engine)
{
	return engine->kept_last;
}
