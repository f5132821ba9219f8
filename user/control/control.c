/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/control.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "control/attached.h"
#include "control/freeze.h"
#include "control/launch.h"
#include "control/watchdog.h"

struct control {
	struct control_options options;
	struct guardian *guardian;	 /* of the command; NULL: none */
	struct checkpoints *checkpoints; /* the same */
	struct tracer *tracer;		 /* for what we trace ourselves; NULL: nothing yet */
	struct attached *attached;
	struct watchdog *watchdog;
	bool no_watchdog;   /* it cannot be started, and a message said so */
	unsigned int holds; /* that the watchdog knows */
	bool waits_for_us;  /* a process waits for us at a checkpoint */
	bool froze;	    /* by our own tracer */
	sigset_t thawed_mask;
};

int control__new(const struct control_options *options, struct control **ret)
{
	*ret = calloc(1, sizeof(**ret));
	if (!*ret)
		return -ENOMEM;
	(*ret)->options = *options;
	return 0;
}

void control__free(struct control *control)
{
	if (!control)
		return;
	checkpoints__free(control->checkpoints);
	guardian__free(control->guardian);
	attached__free(control->attached);
	tracer__free(control->tracer);
	watchdog__free(control->watchdog);
	free(control);
}

/* --- holds */

static void control_need_watchdog(struct control *control)
{
	int err;

	if (control->watchdog || control->no_watchdog || !control->options.hold_ns)
		return;
	err = watchdog__start(control->options.hold_ns, control->options.proc_root,
			      control->options.probes, &control->watchdog);
	control->no_watchdog = err != 0;
	if (err)
		log_warn("cannot start the watchdog: processes may stand still without a limit");
}

static void control_begin_hold(struct control *control, pid_t pid)
{
	control_need_watchdog(control);
	if (!control->holds++)
		watchdog__hold(control->watchdog, pid);
}

static void control_end_hold(struct control *control)
{
	if (control->holds && !--control->holds)
		watchdog__let_go(control->watchdog);
}

static void control_on_end(void *ctx, pid_t pid, int wait_status)
{
	struct control *control = ctx;

	if (control->guardian)
		guardian__on_end(control->guardian, pid, wait_status);
}

static enum tracer_answer control_on_stop_point(void *ctx, struct process *process, pid_t tid)
{
	(void)ctx;
	(void)process;
	(void)tid;
	return TRACER_KEEP;
}

static int control_need_tracer(struct control *control)
{
	static const struct stop_probes no_probes;
	const struct tracer_options options = {
		.stopper = stopper_of_probes(control->options.probes ? control->options.probes
								     : &no_probes),
		.owner = { .ctx = control,
			   .on_stop_point = control_on_stop_point,
			   .on_end = control_on_end },
	};

	return control->tracer ? 0 : tracer__new(&options, &control->tracer);
}

/* --- a command that we start */

int control__launch(struct control *control, const struct launch_options *options,
		    bool *exec_failed)
{
	const struct guard_options guard = {
		.proc_root = control->options.proc_root,
		.follow_children = control->options.follow_children,
		.stop_at = control->options.stop_at,
		.wants_looks = control->options.wants_looks,
		.hold_ns = control->options.hold_ns,
	};
	const struct guardian_owner owner = { control->options.ctx, control->options.look };
	struct launch launch = {
		.options = options,
		.mask = control->options.mask,
		.files = control->options.files,
		.guard = &guard,
		.owner = &owner,
		.procfs = control->options.procfs,
		.prepare = control->options.prepare,
		.ctx = control->options.ctx,
	};
	int err;

	*exec_failed = false;
	err = checkpoints__new(&control->checkpoints);
	if (err)
		return err;
	launch.checkpoints = control->checkpoints;
	err = launch_command(&launch, &control->guardian, exec_failed);
	checkpoints__inherited(control->checkpoints);
	if (!err)
		err = control->options.watch_fd(control->options.ctx,
						checkpoints__fd(control->checkpoints));
	if (!err && guardian__fd(control->guardian) >= 0)
		err = control->options.watch_fd(control->options.ctx,
						guardian__fd(control->guardian));
	return err;
}

pid_t control__command(const struct control *control)
{
	return control->guardian ? guardian__command(control->guardian) : 0;
}

bool control__command_ended(const struct control *control, int *wait_status)
{
	*wait_status = 0;
	return control->guardian && guardian__ended(control->guardian, wait_status);
}

enum last_stop control__last_stop(const struct control *control)
{
	return control->guardian ? guardian__last_stop(control->guardian) : LAST_STOP_NONE;
}

/* --- a running process */

int control__attach(struct control *control, const struct proc *proc, const struct vma_list *vmas)
{
	struct attached_place place;
	int err;

	if (!control->options.probes)
		return -EOPNOTSUPP;
	err = attached_find(proc, vmas, &place);
	if (err)
		return err;
	err = control_need_tracer(control);
	if (!err && !control->attached)
		err = attached__new(control->tracer, &control->attached);
	if (!err) {
		control_need_watchdog(control);
		watchdog__trace(control->watchdog, (pid_t)proc__pid(proc));
		err = attached__watch(control->attached, proc, &place);
	}
	close(place.fd);
	return err;
}

/* --- events */

int control__serve(struct control *control)
{
	int err = control->guardian ? guardian__read(control->guardian) : 0;

	if (!err && control->checkpoints)
		err = checkpoints__read(control->checkpoints);
	return err;
}

int control__reap(struct control *control)
{
	pid_t command = control__command(control);
	int status;

	if (control->tracer)
		return tracer__reap(control->tracer);
	/* It becomes our child to reap only if its guardian was killed. */
	if (command > 0 && waitpid(command, &status, WNOHANG) == command)
		control_on_end(control, command, status);
	return 0;
}

void control__idle(struct control *control)
{
	pid_t pid;

	if (!control->attached)
		return;
	attached__pending(control->attached, &pid);
	watchdog__idle(control->watchdog, tracer__is_stopped_by_others(control->tracer, pid));
}

void control__busy(struct control *control)
{
	watchdog__busy(control->watchdog);
}

/* --- the end of the command */

pid_t control__held(const struct control *control)
{
	return control->guardian ? guardian__held(control->guardian) : 0;
}

int control__release(struct control *control)
{
	return control->guardian ? guardian__release(control->guardian) : 0;
}

uint64_t control__overdue(const struct control *control)
{
	return control->guardian ? guardian__overdue(control->guardian) : 0;
}

/* --- freezing */

/* Blocks what a terminal would stop us with until the process is thawed. */
static void control_block_stops(struct control *control)
{
	sigset_t stops;

	sigemptyset(&stops);
	sigaddset(&stops, SIGTSTP);
	sigaddset(&stops, SIGTTIN);
	sigaddset(&stops, SIGTTOU);
	sigprocmask(SIG_BLOCK, &stops, &control->thawed_mask);
}

int control__freeze(struct control *control, const struct proc *proc, const char **why)
{
	pid_t pid = (pid_t)proc__pid(proc);
	int err = -ESRCH;

	control_block_stops(control);
	if (control__held(control) == pid)
		return 0;
	if (control->guardian)
		err = guardian__freeze(control->guardian, pid);
	if (err == -ETIMEDOUT)
		*why = "one of its threads sleeps and cannot be woken";
	if (err != -ESRCH)
		return err;
	err = control_need_tracer(control);
	if (err)
		return err;
	control->froze = true;
	control_begin_hold(control, pid);
	return freeze_begin(control->tracer, proc, why);
}

void control__thaw(struct control *control, pid_t pid)
{
	if (control->guardian && control__held(control) != pid)
		guardian__thaw(control->guardian, pid);
	if (control->froze) {
		freeze_end(control->tracer, pid);
		control_end_hold(control);
	}
	control->froze = false;
	sigprocmask(SIG_SETMASK, &control->thawed_mask, NULL);
}

/* --- checkpoints */

static const char *control_pending(struct control *control, pid_t *pid)
{
	const char *name = NULL;

	if (control->checkpoints)
		name = checkpoints__pending(control->checkpoints, pid);
	if (!name && control->attached)
		name = attached__pending(control->attached, pid);
	return name;
}

const char *control__checkpoint(struct control *control, pid_t *pid)
{
	const char *name = control_pending(control, pid);

	if (name && !control->waits_for_us) {
		control->waits_for_us = true;
		control_begin_hold(control, *pid);
	}
	return name;
}

bool control__take_marks(struct control *control, struct array_list *ret)
{
	pid_t pid;

	if (!control->checkpoints || !checkpoints__pending(control->checkpoints, &pid))
		return false;
	*ret = checkpoints__take_marks(control->checkpoints);
	return true;
}

void control__answer(struct control *control, bool taken)
{
	pid_t pid;

	if (control->checkpoints && checkpoints__pending(control->checkpoints, &pid))
		checkpoints__answer(control->checkpoints, taken);
	else if (control->attached)
		attached__answer(control->attached);
	if (control->waits_for_us)
		control_end_hold(control);
	control->waits_for_us = false;
}
