/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * All threads of a target stand still for one snapshot. By PTRACE_SEIZE and PTRACE_INTERRUPT
 * alone: when we die the kernel detaches and the target runs on (ptrace(2)), a signal on its way
 * is handed on, and a process that was stopped by a signal stays so.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>

#include "base/array.h"
#include "base/log.h"
#include "engine/priv.h"

/*
 * A thread stops within microseconds, but not while it sleeps where no signal wakes it: in
 * vfork, or waiting for a disk.
 */
#define STOP_NS 500000000u
#define POLL_NS 20000
#define ROUNDS_MAX 64 /* of looking for threads that were born meanwhile */

/* Of /proc/PID/task/TID/status; 0 and false where it cannot be read. */
static void read_status(const struct target *target, pid_t tid, uint32_t *tracer, bool *ended)
{
	char name[64], *text = NULL, *line;
	size_t bytes;

	*tracer = 0;
	*ended = true;
	snprintf(name, sizeof(name), "task/%d/status", tid);
	if (proc__read_file(target->proc, name, &text, &bytes))
		return;
	line = strstr(text, "\nState:\t");
	*ended = line && strchr("ZX", line[strlen("\nState:\t")]);
	line = strstr(text, "\nTracerPid:\t");
	if (line)
		*tracer = (uint32_t)strtoul(line + strlen("\nTracerPid:\t"), NULL, 10);
	free(text);
}

static struct frozen *find_thread(struct freeze *freeze, pid_t tid)
{
	size_t i;

	for (i = 0; i < freeze->count; i++) {
		if (freeze->threads[i].tid == tid)
			return &freeze->threads[i];
	}
	return NULL;
}

static void tell(struct freeze *freeze, const struct target *target, const char *why)
{
	if (!freeze->told)
		log_warn("cannot stop process %u: %s; looking while it runs", target->pid, why);
	freeze->told = true;
}

/* 0; -EPERM: it cannot be had, and why was told. A thread that has ended is none. */
static int seize(struct freeze *freeze, const struct target *target, pid_t tid)
{
	uint32_t tracer;
	bool ended;

	if (array_reserve((void **)&freeze->threads, &freeze->capacity, freeze->count + 1,
			  sizeof(*freeze->threads)))
		return -ENOMEM;
	if (ptrace(PTRACE_SEIZE, tid, NULL, NULL)) {
		if (errno == ESRCH)
			return 0;
		read_status(target, tid, &tracer, &ended);
		if (ended)
			return 0;
		tell(freeze, target, tracer ? "another debugger holds it" : "not allowed to");
		return -EPERM;
	}
	freeze->threads[freeze->count++] = (struct frozen){ tid, target->pid, false, 0 };
	ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
	return 0;
}

static void forget(struct freeze *freeze, struct frozen *thread)
{
	*thread = freeze->threads[--freeze->count];
}

/* True once it stands still or is gone (then it is forgotten). */
static bool has_stopped(struct freeze *freeze, struct frozen *thread)
{
	int status;
	pid_t got;

	if (thread->stopped)
		return true;
	got = waitpid(thread->tid, &status, __WALL | WNOHANG);
	if (!got)
		return false;
	if (got < 0 || !WIFSTOPPED(status)) {
		forget(freeze, thread);
		return true;
	}
	thread->stopped = true;
	/* It was about to get a signal: no event, but the signal itself. */
	thread->signal = status >> 16 ? 0 : WSTOPSIG(status);
	return true;
}

/* False: some thread of the target did not stop in time. */
static bool wait_for(struct freeze *freeze, const struct target *target, uint64_t deadline_ns)
{
	static const struct timespec pause = { .tv_nsec = POLL_NS };
	size_t i = 0;

	while (i < freeze->count) {
		size_t count = freeze->count;

		if (freeze->threads[i].pid != target->pid ||
		    has_stopped(freeze, &freeze->threads[i])) {
			i += freeze->count == count;
			continue;
		}
		if (engine_now_ns() >= deadline_ns)
			return false;
		nanosleep(&pause, NULL);
	}
	return true;
}

/* Seizes the threads that we do not have yet; *fresh tells whether there were any. */
static int seize_new(struct freeze *freeze, const struct target *target, bool *fresh)
{
	uint32_t *tids = NULL;
	size_t count, i;
	int err;

	*fresh = false;
	err = proc__threads(target->proc, &tids, &count);
	for (i = 0; !err && i < count; i++) {
		if (find_thread(freeze, (pid_t)tids[i]))
			continue;
		err = seize(freeze, target, (pid_t)tids[i]);
		*fresh |= find_thread(freeze, (pid_t)tids[i]) != NULL;
	}
	free(tids);
	return err;
}

static int stop_all(struct freeze *freeze, const struct target *target)
{
	uint64_t deadline_ns = engine_now_ns() + STOP_NS;
	bool fresh = true;
	int err = 0, i;

	/* Once a round finds no new thread, those that could make one all stand still. */
	for (i = 0; !err && fresh && i < ROUNDS_MAX; i++) {
		err = seize_new(freeze, target, &fresh);
		if (!err && !wait_for(freeze, target, deadline_ns)) {
			tell(freeze, target, "a thread of it sleeps where nothing wakes it");
			err = -ETIMEDOUT;
		}
	}
	return err;
}

int freeze_begin(struct engine *engine, const struct target *target, bool *frozen)
{
	struct freeze *freeze = &engine->freeze;
	int err;

	*frozen = false;
	if (!engine->options.freeze)
		return 0;
	/* The guardian holds it already. */
	if (engine->guardian.held == (pid_t)target->pid) {
		*frozen = true;
		return 0;
	}
	if (tracer_has(engine, (pid_t)target->pid)) {
		err = tracer_freeze(engine, (pid_t)target->pid, engine_now_ns() + STOP_NS);
		if (err == -ETIMEDOUT)
			tell(freeze, target, "a thread of it sleeps where nothing wakes it");
	} else {
		err = stop_all(freeze, target);
	}
	*frozen = !err;
	if (err)
		freeze_end(engine, target);
	return err == -EPERM || err == -ETIMEDOUT ? 0 : err;
}

/* Those that have not stopped yet cannot be detached: freeze_reap does, once they have. */
static void detach_stopped(struct freeze *freeze)
{
	size_t i = 0;

	while (i < freeze->count) {
		struct frozen *thread = &freeze->threads[i];
		size_t count = freeze->count;

		if (!has_stopped(freeze, thread)) {
			i++;
		} else if (freeze->count == count) {
			ptrace(PTRACE_DETACH, thread->tid, NULL, (void *)(long)thread->signal);
			forget(freeze, thread);
		}
	}
}

void freeze_end(struct engine *engine, const struct target *target)
{
	if (!engine->options.freeze)
		return;
	if (tracer_has(engine, (pid_t)target->pid))
		tracer_thaw(engine, (pid_t)target->pid);
	detach_stopped(&engine->freeze);
}

void freeze_reap(struct engine *engine)
{
	detach_stopped(&engine->freeze);
}

void freeze_deinit(struct engine *engine)
{
	free(engine->freeze.threads);
}
