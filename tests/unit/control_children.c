/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control_children.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "control/image.h"

#define DEADLINE_S 60 /* only against a hang */

int child_in, child_out;

static void control_fail(const char *what)
{
	perror(what);
	abort();
}

__attribute__((noinline)) void marked(void)
{
	__asm__ volatile("" ::: "memory");
}

void child_hear(void)
{
	char byte;

	if (read(child_in, &byte, 1) != 1)
		_exit(99);
}

void child_say(char byte)
{
	if (write(child_out, &byte, 1) != 1)
		_exit(98);
}

struct child child_start(int (*play)(void))
{
	int go[2], says[2];
	sigset_t none;
	pid_t pid;

	if (pipe(go) || pipe(says))
		control_fail("pipe");
	pid = fork();
	if (pid < 0)
		control_fail("fork");
	if (!pid) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		close(go[1]);
		close(says[0]);
		child_in = go[0];
		child_out = says[1];
		alarm(DEADLINE_S);
		child_hear();
		_exit(play());
	}
	close(go[0]);
	close(says[1]);
	return (struct child){ pid, go[1], says[0] };
}

void child_go(const struct child *child)
{
	if (write(child->go, "g", 1) != 1)
		control_fail("write");
}

char child_hears(const struct child *child)
{
	char byte = 0;

	return read(child->says, &byte, 1) == 1 ? byte : 0;
}

void child_end(struct child *child)
{
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, __WALL);
	close(child->go);
	close(child->says);
}

static enum tracer_answer watched_on_exec(void *ctx, struct process *process, pid_t tid)
{
	struct watched *watched = ctx;

	(void)process;
	(void)tid;
	watched->execs++;
	return TRACER_GO_ON;
}

static enum tracer_answer watched_on_stop_point(void *ctx, struct process *process, pid_t tid)
{
	struct watched *watched = ctx;

	(void)tid;
	watched->stops++;
	watched->stop_pid = process->pid;
	return process->held ? TRACER_GO_ON : watched->answer;
}

static void watched_on_end(void *ctx, pid_t pid, int wait_status)
{
	struct watched *watched = ctx;

	(void)pid;
	watched->ends++;
	watched->status = wait_status;
}

struct watched *watched_new(bool follow_children)
{
	struct watched *watched = calloc(1, sizeof(*watched));
	struct tracer_options options = {
		.stopper = stopper_of_breakpoints(),
		.owner = { .ctx = watched,
			   .on_exec = watched_on_exec,
			   .on_stop_point = watched_on_stop_point,
			   .on_end = watched_on_end },
		.follow_children = follow_children,
	};
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	if (!watched || tracer__new(&options, &watched->tracer))
		control_fail("tracer__new");
	return watched;
}

void watched_free(struct watched *watched)
{
	tracer__free(watched->tracer);
	free(watched);
}

void watched_wait(struct watched *watched)
{
	static const struct timespec deadline = { .tv_sec = DEADLINE_S };
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	/* Blocked: one that came since the last look is pending. */
	if (sigtimedwait(&child, NULL, &deadline) < 0)
		control_fail("nothing happens");
	if (tracer__reap(watched->tracer))
		control_fail("tracer__reap");
}

struct watched_arming {
	struct watched *watched;
	pid_t pid;
};

static int watched_arm_place(void *ctx, const struct stop_place *place)
{
	const struct watched_arming *arming = ctx;

	return tracer__arm(arming->watched->tracer, arming->pid, arming->pid, place);
}

void watched_arm(struct watched *watched, const struct child *child)
{
	struct watched_arming arming = { watched, child->pid };
	struct procfs *procfs;
	struct image image;

	tracer__freeze(watched->tracer, child->pid);
	WATCHED_UNTIL(watched, tracer__is_still(watched->tracer, child->pid));
	if (procfs__open("/proc", &procfs) || image__open(procfs, child->pid, &image) ||
	    image__named(&image, "marked", watched_arm_place, &arming))
		control_fail("arm");
	image__close(&image);
	procfs__close(procfs);
	tracer__thaw(watched->tracer, child->pid);
}

enum thread_state watched_state(const struct watched *watched, pid_t tid)
{
	const struct thread *thread = tasks__thread(&watched->tracer->tasks, tid);

	if (!thread)
		control_fail("no such thread");
	return thread->state;
}

char state_letter(pid_t pid)
{
	char path[64], text[512] = "", *end;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	end = strrchr(text, ')');
	return end ? end[2] : 0;
}
