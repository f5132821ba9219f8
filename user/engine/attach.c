/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Makes targets of a running process and its children. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/log.h"
#include "base/sandbox.h"
#include "base/test_point.h"
#include "collect/proc/proc_kind.h"
#include "engine/priv.h"

static int scan_baseline(struct engine *engine, struct target *target)
{
	int err;

	if (target->slot == NO_SLOT)
		return 0;
	err = engine_drain(engine);
	/* An image that begins during the watch has no pages from before it. */
	if (!err && target->replaced)
		return 0;
	if (!err)
		err = target__scan(engine, target, false);
	if (!err)
		err = allocations_probe(engine, target, &target->vmas);
	if (!err)
		err = touch__set_baseline(target->touch, &target->runs);
	target__forget_scan(target);
	test_point_wait("baseline");
	return err;
}

static int attach_one(struct engine *engine, uint32_t pid, bool asked)
{
	uint32_t slot = NO_SLOT;
	struct target *target;
	int err = 0;

	if (engine->faults)
		err = faults__add_process(engine->faults, pid, &slot);
	test_point_wait("added");
	/* A child that was forked just now may be in an event that was not read yet. */
	if (!err)
		err = engine_drain(engine);
	target = slot == NO_SLOT ? engine_find_pid(engine, pid) : engine_find_slot(engine, slot);
	if (!err && target) {
		target->asked |= asked;
		return 0;
	}
	if (!err)
		err = target__new(engine, pid, slot, NULL, &target);
	if (err && slot != NO_SLOT)
		faults__release(engine->faults, slot);
	if (err)
		return err;
	target->asked = asked;
	if (slot != NO_SLOT) {
		if (target->proc)
			proc__facts(target->proc, &target->facts);
		err = target__read_exe(target);
		if (err)
			return err;
		target->touch = touch__new(engine->environment.page_bytes,
					   engine->environment.pmd_bytes,
					   faults__backend(engine->faults) == FAULTS_TP_BTF);
		if (!target->touch)
			return -ENOMEM;
		touch__expect_baseline(target->touch);
		target->heap_late = true;
		err = allocations_begin(engine, target, NULL);
		if (err)
			return err;
	}
	test_point_wait("attached");
	return scan_baseline(engine, target);
}

/* A child that ended meanwhile is no loss, and the kernel side has counted one without room. */
static void attach_child(struct engine *engine, uint32_t pid)
{
	struct target *target;
	int err = attach_one(engine, pid, false);

	if (!err || err == -ESRCH || err == -ENOSPC)
		return;
	target = engine_find_pid(engine, pid);
	engine_lose_child(engine, target, target ? target->slot : NO_SLOT, err);
}

/* Children born meanwhile arrive as fork events, or are found here. */
static int attach_children(struct engine *engine, uint32_t pid)
{
	uint32_t *pids = NULL;
	size_t count, i;
	int err;

	err = procfs__descendants(engine->procfs, pid, &pids, &count);
	for (i = 0; !err && i < count; i++) {
		if (engine_find_pid(engine, pids[i]))
			continue;
		attach_child(engine, pids[i]);
	}
	free(pids);
	return err;
}

/* Who has no capability at all is not told of them. */
static char *name_way_in(char *buffer, size_t size)
{
	char lacking[CAPABILITY_TEXT];

	if (capability_permitted())
		snprintf(buffer, size, "that needs %s",
			 capability_say_lacking(CAPABILITIES_OF_OTHERS, lacking, sizeof(lacking)));
	else
		snprintf(buffer, size, "try sudo");
	return buffer;
}

static void tell_owner(uint32_t pid, uint32_t owner)
{
	const struct passwd *user = getpwuid(owner);
	char number[24], way[CAPABILITY_TEXT];

	snprintf(number, sizeof(number), "user %u", owner);
	log_error("not allowed to read process %u: it belongs to %s (%s)", pid,
		  user ? user->pw_name : number, name_way_in(way, sizeof(way)));
}

static void tell_protected(uint32_t pid)
{
	char way[CAPABILITY_TEXT];

	if (geteuid())
		log_error("not allowed to read process %u: it is protected, or has more privileges "
			  "than pagewatch (%s)",
			  pid, name_way_in(way, sizeof(way)));
	else
		log_error("not allowed to read process %u: the kernel or a security module "
			  "forbids it even to root",
			  pid);
}

/* 0, or -errno after logging a message. */
static int refuse_process(struct engine *engine, uint32_t pid)
{
	uint32_t owner = 0;

	switch (proc_kind_of(engine->procfs, pid, &owner)) {
	case PROC_IS_READABLE:
		return 0;
	case PROC_IS_GONE:
		log_error("no process %u", pid);
		return -ESRCH;
	case PROC_IS_KERNEL_THREAD:
		log_error("process %u is a kernel thread: it has no memory of its own", pid);
		return -ESRCH;
	case PROC_IS_ZOMBIE:
		log_error("process %u has ended: it is a zombie until its parent waits for it",
			  pid);
		return -ESRCH;
	case PROC_IS_FOREIGN:
		tell_owner(pid, owner);
		return -EACCES;
	case PROC_IS_PROTECTED:
		tell_protected(pid);
		return -EACCES;
	}
	return -EINVAL;
}

void engine_settle(struct engine *engine)
{
	int err;

	if (engine->settled)
		return;
	engine->settled = true;
	capability_settle();
	err = sandbox__enter();
	if (err)
		log_debug("no seccomp filter: %s", strerror(-err));
}

int engine__attach(struct engine *engine, uint32_t pid)
{
	struct proc *proc = NULL;
	int err;

	engine_settle(engine);
	err = refuse_process(engine, pid);
	if (err)
		return err;
	err = proc__open(engine->procfs, pid, &proc);
	if (!err)
		pid = proc__pid(proc);
	proc__close(proc);
	if (!err)
		err = attach_one(engine, pid, true);
	if (!err && engine->options.follow_children)
		err = attach_children(engine, pid);
	/* It may have ended, or changed its user, since we asked. */
	if (err && !refuse_process(engine, pid))
		log_error("cannot watch process %u: %s", pid,
			  err == -ENOSPC ? "no room in the target table" : strerror(-err));
	return err;
}
