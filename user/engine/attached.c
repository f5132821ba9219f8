/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "engine/attached.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <unistd.h>

#include "base/test_point.h"
#include "base/log.h"
#include "collect/elf/mapped_file.h"
#include "engine/priv.h"
#include "engine/usdt_argument.h"

static int seize_thread(struct engine *engine, pid_t pid, pid_t tid, bool *fresh)
{
	struct tracee *tracee = tracer_find_tracee(&engine->tracer, tid);

	*fresh = !tracee;
	if (tracee)
		return 0;
	if (ptrace(PTRACE_SEIZE, tid, NULL, (void *)(long)PTRACE_O_TRACECLONE))
		return errno == ESRCH ? 0 : -errno;
	tracee = tracer_add_tracee(&engine->tracer, tid);
	if (!tracee)
		return -ENOMEM;
	tracee->pid = pid;
	tracee->fresh = false;
	return 0;
}

/* Until no thread is new: one that is not traced would be stopped for good by our signal. */
static int seize_all(struct engine *engine, struct target *target)
{
	bool fresh, any = true;
	size_t count, i;
	int err = 0;

	while (!err && any) {
		uint32_t *tids = NULL;

		any = false;
		err = proc__threads(target->proc, &tids, &count);
		for (i = 0; !err && i < count; i++) {
			err = seize_thread(engine, (pid_t)target->pid, (pid_t)tids[i], &fresh);
			any |= fresh;
		}
		free(tids);
	}
	return err;
}

static int arm_file(struct engine *engine, struct target *target, struct traced *process,
		    const struct vma *vma)
{
	int fd = mapped_file_open(target->proc, vma), err;
	struct elf_usdt probe;
	char path[64];

	if (fd < 0)
		return fd;
	err = elf_usdt_find(fd, "pagewatch", "checkpoint", &probe);
	if (!err) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		err = faults__arm_stop(engine->faults, target->pid, path, probe.offset);
	}
	close(fd);
	if (err < 0)
		return err;
	process->stop_id = err;
	process->phase = STOP_AT_CHECKPOINT;
	memcpy(process->arguments, probe.arguments, sizeof(process->arguments));
	return 0;
}

static int arm(struct engine *engine, struct target *target)
{
	struct traced *process = tracer_add_process(&engine->tracer, (pid_t)target->pid);
	size_t i;
	int err = -ENOENT;

	if (!process)
		return -ENOMEM;
	for (i = 0; err && i < target->vmas.count; i++) {
		const struct vma *vma = &target->vmas.vmas[i];

		if (vma->executable && vma->kind == VMA_FILE)
			err = arm_file(engine, target, process, vma);
	}
	return err;
}

int engine__attach_checkpoints(struct engine *engine, uint32_t pid)
{
	struct target *target = engine_find_pid(engine, pid);
	int err;

	if (!target || !engine->faults)
		return -EOPNOTSUPP;
	err = seize_all(engine, target);
	if (!err)
		err = arm(engine, target);
	if (err == -ENOENT)
		log_error("process %u has no libpagewatch: it has no checkpoints", pid);
	else if (err)
		log_error("cannot wait for checkpoints of process %u: %s", pid, strerror(-err));
	if (!err)
		test_point_wait("armed");
	return err;
}

static bool take_name(struct engine *engine, const struct tracee *tracee)
{
	struct checkpoints *points = &engine->checkpoints;
	const struct traced *process = tracer_find_process(&engine->tracer, tracee->pid);
	int err;

	if (!process)
		return false;
	err = usdt_read_text(tracee->tid, process->arguments, points->name, sizeof(points->name));
	if (err)
		log_warn("a checkpoint of process %d is let go: its name cannot be read",
			 (int)tracee->pid);
	return !err;
}

void attached_next(struct engine *engine)
{
	struct checkpoints *points = &engine->checkpoints;
	struct tracer *tracer = &engine->tracer;
	size_t i;

	for (i = 0; !points->reached && i < tracer->tracee_count; i++) {
		struct tracee *tracee = &tracer->tracees[i];

		if (!tracee->at_checkpoint)
			continue;
		tracee->at_checkpoint = false;
		points->reached = take_name(engine, tracee);
		points->pid = (uint32_t)tracee->pid;
		points->tid = tracee->tid;
		if (!points->reached)
			tracer_go_on(engine, tracee, 0);
	}
}

void attached_answer(struct engine *engine)
{
	struct tracee *tracee = tracer_find_tracee(&engine->tracer, engine->checkpoints.tid);

	engine->checkpoints.tid = 0;
	if (tracee)
		tracer_go_on(engine, tracee, 0);
}
