/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/plan.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "control/image.h"

/* Where the process is going next, or where it stands still while it is examined. */
enum plan_step {
	PLAN_NOTHING, /* only the exit event is left */
	PLAN_AT_START,
	PLAN_AT_LOADER,
	PLAN_AT_ENTRY,
	PLAN_AT_END,
};

/* ld.so calls it before and after libraries are mapped. */
#define LOADER_VISITS 2

struct plan_arming {
	struct plan *plan;
	pid_t pid;
	pid_t tid;
};

static int plan_arm(void *ctx, const struct stop_place *place)
{
	const struct plan_arming *arming = ctx;

	return tracer__arm(arming->plan->tracer, arming->pid, arming->tid, place);
}

static int plan_visit(const struct plan *plan, enum plan_step step, const struct image *image,
		      struct plan_arming *arming)
{
	switch (step) {
	case PLAN_AT_LOADER:
		return image__loader(image, plan_arm, arming);
	case PLAN_AT_ENTRY:
		return image__entry(image, plan_arm, arming);
	default:
		return plan->stop_at ? image__named(image, plan->stop_at, plan_arm, arming)
				     : image__end(image, plan_arm, arming);
	}
}

static void plan_disarm(const struct plan *plan, struct process *process, pid_t tid)
{
	tracer__disarm(plan->tracer, process->pid, tid);
	process->plan = PLAN_NOTHING;
}

/* Replaces the process's stop point by that of step. */
static int plan_go_to(struct plan *plan, struct process *process, pid_t tid, enum plan_step step)
{
	struct plan_arming arming = { plan, process->pid, tid };
	struct image image;
	int err;

	plan_disarm(plan, process, tid);
	err = image__open(plan->procfs, process->pid, &image);
	if (!err)
		err = plan_visit(plan, step, &image, &arming);
	image__close(&image);
	process->plan_error = err;
	if (err)
		return err;
	process->plan = (int)step;
	if (plan->armed)
		plan->armed(plan->ctx, process);
	return 0;
}

static void plan_go_to_entry(struct plan *plan, struct process *process, pid_t tid)
{
	int err = plan_go_to(plan, process, tid, PLAN_AT_ENTRY);

	if (err)
		log_info("cannot stop process %d at its entry point: %s", (int)process->pid,
			 strerror(-err));
}

static void plan_go_to_end(struct plan *plan, struct process *process, pid_t tid)
{
	int err = plan_go_to(plan, process, tid, PLAN_AT_END);

	if (err == -ENOENT && plan->stop_at)
		log_warn("%s is not mapped by process %d at its start", plan->stop_at,
			 (int)process->pid);
	if (err)
		log_info("no stop point in process %d: %s", (int)process->pid, strerror(-err));
}

/* A process at its present step was examined. */
static void plan_after_look(struct plan *plan, struct process *process, pid_t tid, bool found)
{
	if (process->plan == PLAN_AT_ENTRY) {
		plan_go_to_end(plan, process, tid);
	} else if (process->plan == PLAN_AT_START) {
		if (found || plan_go_to(plan, process, tid, PLAN_AT_LOADER))
			plan_go_to_entry(plan, process, tid);
	} else if (process->plan == PLAN_AT_LOADER) {
		if (found || ++process->visits == LOADER_VISITS)
			plan_go_to_entry(plan, process, tid);
	}
}

static bool plan_asks(const struct plan *plan, pid_t pid)
{
	return plan->wants_looks && !plan->ask(plan->ctx, pid);
}

enum tracer_answer plan__on_exec(void *ctx, struct process *process, pid_t tid)
{
	struct plan *plan = ctx;

	process->plan = PLAN_AT_START;
	if (plan_asks(plan, process->pid))
		return TRACER_KEEP;
	plan_go_to_entry(plan, process, tid);
	return TRACER_GO_ON;
}

enum tracer_answer plan__on_stop_point(void *ctx, struct process *process, pid_t tid)
{
	struct plan *plan = ctx;

	switch (process->plan) {
	case PLAN_AT_END:
		/* Other threads may have hit it too. */
		if (process->held || process->passed_end)
			return TRACER_GO_ON;
		tracer__disarm(plan->tracer, process->pid, tid);
		return TRACER_HOLD;
	case PLAN_AT_LOADER:
	case PLAN_AT_ENTRY:
		if (plan_asks(plan, process->pid))
			return TRACER_KEEP;
		plan_after_look(plan, process, tid, true);
		return TRACER_GO_ON;
	default:
		plan_disarm(plan, process, tid);
		return TRACER_GO_ON;
	}
}

void plan__on_child(void *ctx, struct process *process, pid_t tid)
{
	if (process->plan != PLAN_AT_END)
		plan_disarm(ctx, process, tid);
}

void plan__answer(struct plan *plan, pid_t pid, bool found)
{
	struct process *process = tracer__process(plan->tracer, pid);
	pid_t tid = tracer__kept(plan->tracer, pid);

	if (!process || !tid)
		return;
	plan_after_look(plan, process, tid, found);
	tracer__resume(plan->tracer, tid);
}
