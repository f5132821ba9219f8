/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Targets that stand still for us: a command before it runs and at its end, checkpoints, --freeze.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/capability.h"
#include "base/log.h"
#include "base/test_point.h"
#include "engine/priv.h"

static bool holds_look(void *ctx, pid_t pid)
{
	struct engine *engine = ctx;
	struct vma_list vmas = { 0 };
	struct target *target = NULL;
	bool found = false;

	if (!engine_drain(engine))
		target = engine_find_pid(engine, (uint32_t)pid);
	if (target && target->proc && !maps_read(target->proc, &vmas))
		found = !allocations_probe(engine, target, &vmas) && target->heap_probed;
	vma_list__deinit(&vmas);
	return found;
}

static int holds_prepare(void *ctx, pid_t pid)
{
	struct engine *engine = ctx;

	engine->launched = pid;
	return engine->faults ? faults__add_next_exec(engine->faults, (uint32_t)pid) : 0;
}

static int holds_watch_fd(void *ctx, int fd)
{
	return engine_watch_fd(ctx, fd);
}

int engine_open_control(struct engine *engine)
{
	struct control_options options = {
		.procfs = engine->procfs,
		.proc_root = PROC_ROOT,
		.follow_children = engine->options.follow_children,
		.stop_at = engine->options.stop_at,
		.wants_looks = engine->faults && engine->options.heap_min_bytes,
		.hold_ns = engine->options.hold_ns,
		.mask = &engine->old_mask,
		.files = &engine->old_files,
		.ctx = engine,
		.look = holds_look,
		.prepare = holds_prepare,
		.watch_fd = holds_watch_fd,
	};

	if (engine->faults) {
		engine->stop_probes = faults__stop_probes(engine->faults);
		options.probes = &engine->stop_probes;
	}
	return control__new(&options, &engine->control);
}

/* In the scan tier nothing else reports a command's image or its children. */
static int holds_add_target(struct engine *engine, pid_t pid)
{
	struct target *target;
	int err;

	if (engine->faults || engine_find_pid(engine, (uint32_t)pid))
		return 0;
	err = target__new(engine, (uint32_t)pid, NO_SLOT, NULL, &target);
	if (!err)
		target->asked = pid == engine->launched;
	return err;
}

int engine_serve_control(struct engine *engine)
{
	pid_t pid;
	int err = control__serve(engine->control);

	if (!err)
		pid = control__held(engine->control);
	if (!err && pid)
		err = holds_add_target(engine, pid);
	return err;
}

int engine__launch(struct engine *engine, const struct launch_options *options, bool *exec_failed)
{
	int err = control__launch(engine->control, options, exec_failed);

	if (err)
		return err;
	engine_settle(engine);
	if (engine->faults)
		return engine_drain(engine);
	err = holds_add_target(engine, engine->launched);
	/* It has already ended: its guardian was killed and did not stop it. */
	return err == -ESRCH ? 0 : err;
}

const char *engine__launched_exe(struct engine *engine)
{
	struct target *target = engine_find_pid(engine, (uint32_t)engine->launched);

	return target && target->exe ? target->exe : "";
}

void engine__kill_launched(struct engine *engine, int number)
{
	int status;

	if (engine->launched && !control__command_ended(engine->control, &status))
		kill(engine->launched, number);
}

int engine__wait_status(const struct engine *engine)
{
	int status;

	control__command_ended(engine->control, &status);
	return status;
}

const char *engine__why_late(const struct engine *engine)
{
	return last_stop_why_late(control__last_stop(engine->control));
}

int engine__resume(struct engine *engine)
{
	test_point_wait("released");
	return control__release(engine->control);
}

/* pid may be that of one of its threads. */
static int attach_to_target(struct engine *engine, uint32_t pid)
{
	struct target *target = NULL;
	struct proc *proc = NULL;

	if (!proc__open(engine->procfs, pid, &proc))
		target = engine_find_pid(engine, proc__pid(proc));
	proc__close(proc);
	if (!target || !target->proc)
		return -ESRCH;
	return control__attach(engine->control, target->proc, &target->vmas);
}

int engine__attach_checkpoints(struct engine *engine, uint32_t pid)
{
	int err = attach_to_target(engine, pid);
	char lacking[CAPABILITY_TEXT];

	capability_say_lacking(CAPABILITIES_OF_OTHERS, lacking, sizeof(lacking));

	if (err == -ENOENT)
		log_error("process %u does not use libpagewatch: it has no checkpoints", pid);
	else if (err == -EACCES)
		log_error("cannot wait for checkpoints of process %u: that needs %s", pid, lacking);
	else if (err == -EPERM)
		log_error("cannot wait for checkpoints of process %u: another debugger holds it",
			  pid);
	else if (err)
		log_error("cannot wait for checkpoints of process %u: %s", pid, strerror(-err));
	if (!err)
		test_point_wait("armed");
	return err;
}

void engine__try_checkpoints(struct engine *engine, uint32_t pid)
{
	int err = attach_to_target(engine, pid);
	char lacking[CAPABILITY_TEXT];

	capability_say_lacking(CAPABILITIES_OF_OTHERS, lacking, sizeof(lacking));

	if (err == -EACCES)
		log_warn("cannot see the checkpoints of process %u: that needs %s", pid, lacking);
	else if (err == -EPERM)
		log_warn("cannot see the checkpoints of process %u: another debugger holds it",
			 pid);
	else if (err && err != -ENOENT && err != -ESRCH && err != -EOPNOTSUPP)
		log_warn("cannot see the checkpoints of process %u: %s", pid, strerror(-err));
	test_point_wait("checkpoints");
}

/* An unwatched process is released. */
const char *engine_checkpoint(struct engine *engine, pid_t *pid)
{
	const char *name = control__checkpoint(engine->control, pid);
	struct array_list marks;
	struct target *target;

	if (!name)
		return NULL;
	/* Without faults nothing reports forks: a followed child may be new to us. */
	if (engine->options.follow_children)
		holds_add_target(engine, *pid);
	target = engine_find_pid(engine, (uint32_t)*pid);
	if (!target) {
		log_info("process %d was released from a checkpoint", (int)*pid);
		control__answer(engine->control, false);
		return NULL;
	}
	/* What a program names is scanned for it. */
	target->events++;
	if (control__take_marks(engine->control, &marks)) {
		target__forget_marks(target);
		target->marks = marks;
	}
	return name;
}

const char *engine__checkpoint(struct engine *engine, uint32_t *pid)
{
	pid_t own = 0;
	const char *name = control__checkpoint(engine->control, &own);

	*pid = (uint32_t)own;
	return name;
}

void engine__answer_checkpoint(struct engine *engine, bool taken)
{
	control__answer(engine->control, taken);
}

int engine_freeze(struct engine *engine, const struct target *target, bool *frozen)
{
	char needs[CAPABILITY_TEXT + 16], lacking[CAPABILITY_TEXT];
	const char *why = "";
	int err;

	*frozen = false;
	if (!engine->options.freeze)
		return 0;
	err = control__freeze(engine->control, target->proc, &why);
	*frozen = !err;
	if (!err)
		return 0;
	control__thaw(engine->control, (pid_t)target->pid);
	if (err != -EPERM && err != -EACCES && err != -ETIMEDOUT)
		return err;
	snprintf(needs, sizeof(needs), "that needs %s",
		 capability_say_lacking(CAPABILITIES_OF_OTHERS, lacking, sizeof(lacking)));
	if (!engine->told_freeze)
		log_warn("cannot stop process %u: %s; it is read while it runs", target->pid,
			 err == -EACCES ? needs : why);
	engine->told_freeze = true;
	return 0;
}

void engine_thaw(struct engine *engine, const struct target *target)
{
	if (engine->options.freeze)
		control__thaw(engine->control, (pid_t)target->pid);
}
