/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/supervise.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/progress.h"
#include "base/test_point.h"

/* A process is about to end, with its arrays still alive. */
static int on_last_chance(struct engine *engine)
{
	int err;

	progress_begin_below();
	err = engine__keep_last(engine);
	progress_end();
	engine__resume(engine);
	return err;
}

static void forward_signal(struct engine *engine)
{
	int number = engine__take_signal(engine);

	/* The terminal has sent SIGINT to the command as well; other signals were meant for it. */
	if (number && number != SIGINT)
		engine__kill_launched(engine, number);
}

/* It goes on after its pages were read. */
static int on_checkpoint(const struct supervisor *supervisor)
{
	int err = 1;
	uint32_t pid;
	char *name;

	name = strdup(engine__checkpoint(supervisor->engine, &pid));
	if (!name)
		return -ENOMEM;
	if (supervisor->checkpoint) {
		test_point_wait("checkpoint");
		err = supervisor->checkpoint(supervisor->ctx, name, pid);
	}
	engine__answer_checkpoint(supervisor->engine, !err);
	free(name);
	return err < 0 ? err : 0;
}

static int handle_event(const struct supervisor *supervisor, enum engine_event event)
{
	switch (event) {
	case ENGINE_LAST_CHANCE:
		return on_last_chance(supervisor->engine);
	case ENGINE_CHECKPOINT:
		return on_checkpoint(supervisor);
	case ENGINE_INTERRUPTED:
		if (!supervisor->is_enough)
			forward_signal(supervisor->engine);
		return 0;
	case ENGINE_TICK:
	case ENGINE_POLLED:
	case ENGINE_ASKED:
		return supervisor->event ? supervisor->event(supervisor->ctx, event) : 0;
	default:
		return 0;
	}
}

static bool is_over(const struct supervisor *supervisor, enum engine_event event)
{
	if (event == ENGINE_ENDED)
		return true;
	return supervisor->is_enough &&
	       (event == ENGINE_INTERRUPTED || supervisor->is_enough(supervisor->ctx));
}

int supervise(const struct supervisor *supervisor)
{
	enum engine_event event = ENGINE_TICK;
	int err = 0;

	while (!err && !is_over(supervisor, event)) {
		err = engine__next(supervisor->engine, &event);
		if (!err)
			err = handle_event(supervisor, event);
	}
	return err;
}

int supervise_status(int wait_status)
{
	if (WIFEXITED(wait_status))
		return WEXITSTATUS(wait_status);
	return 128 + WTERMSIG(wait_status);
}

int supervise_command(const struct supervisor *supervisor, int *status)
{
	int err = supervise(supervisor);

	if (err)
		return err;
	/* Signals received until here were meant for the command. */
	engine__take_signal(supervisor->engine);
	*status = supervise_status(engine__wait_status(supervisor->engine));
	return 0;
}
