/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/log.h"
#include "base/test_point.h"

/* Of a pipe. */
enum { PIPE_READ, PIPE_WRITE, PIPE_ENDS };

struct launch_spawn {
	const struct launch *launch;
	const struct passwd *user; /* NULL: our own */
	int go[PIPE_ENDS];	   /* a byte lets the child run */
	int report[PIPE_ENDS];	   /* errno of a failed exec, or nothing */
};

static int launch_become(const struct passwd *user)
{
	if (initgroups(user->pw_name, user->pw_gid) || setgid(user->pw_gid) || setuid(user->pw_uid))
		return -errno;
	if (setenv("HOME", user->pw_dir, 1) || setenv("USER", user->pw_name, 1) ||
	    setenv("LOGNAME", user->pw_name, 1))
		return -errno;
	return 0;
}

/*
 * The child between fork and exec: waits for the go, then becomes the command or reports why not.
 */
static void launch_run_child(const struct launch_spawn *spawn)
{
	const struct launch_options *options = spawn->launch->options;
	char byte;
	int err = 0;

	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, spawn->launch->mask, NULL);
	if (spawn->launch->files)
		setrlimit(RLIMIT_NOFILE, spawn->launch->files);
	if (read(spawn->go[PIPE_READ], &byte, 1) != 1)
		_exit(125);
	if (checkpoints__inherit(spawn->launch->checkpoints))
		_exit(125);
	if (options->stdout_to_stderr && dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		_exit(125);
	if (spawn->user)
		err = -launch_become(spawn->user);
	if (!err) {
		capability_leave();
		execvp(options->argv[0], options->argv);
		err = errno;
	}
	if (write(spawn->report[PIPE_WRITE], &err, sizeof(err)) != sizeof(err))
		_exit(125);
	_exit(127);
}

static pid_t launch_spawn_child(void *ctx, int link)
{
	const struct launch_spawn *spawn = ctx;
	pid_t pid = fork();

	if (!pid) {
		close(spawn->go[PIPE_WRITE]);
		if (link >= 0)
			close(link);
		launch_run_child(spawn);
	}
	return pid < 0 ? -errno : pid;
}

static int launch_may_become(const struct passwd *user)
{
	const uint64_t needed = CAPABILITY(CAP_SETUID) | CAPABILITY(CAP_SETGID);
	char lacking[CAPABILITY_TEXT];

	if (!(needed & ~capability_permitted()))
		return 0;
	log_error("cannot become user %s: that needs %s", user->pw_name,
		  capability_say_lacking(needed, lacking, sizeof(lacking)));
	return -EPERM;
}

static int launch_find_user(const char *name, const struct passwd **ret)
{
	*ret = NULL;
	if (!name)
		return 0;
	errno = 0;
	*ret = getpwnam(name);
	if (*ret)
		return launch_may_become(*ret);
	log_error("no user named %s", name);
	return errno ? -errno : -ENOENT;
}

/*
 * Waits for the child's word, or for its end: if it is killed before its exec, it is in a ptrace
 * stop with the pipe still open.
 */
static int launch_wait_for_report(struct guardian *guardian, int report)
{
	struct pollfd fds[] = { { .fd = report, .events = POLLIN }, { .events = POLLIN } };
	int status, err = 0;

	while (!err) {
		fds[1].fd = guardian__fd(guardian);
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[1].revents)
			err = guardian__read(guardian);
		if (fds[0].revents)
			return err;
		if (!err && (guardian__ended(guardian, &status) || guardian__held(guardian)))
			err = -ESRCH;
	}
	return err;
}

/* Lets the child go and learns how its exec went: an empty pipe means success. */
static int launch_release_child(struct guardian *guardian, const struct launch_spawn *spawn,
				bool *exec_failed)
{
	int child_errno, err;
	ssize_t got;

	if (write(spawn->go[PIPE_WRITE], "", 1) != 1)
		return -errno;
	err = launch_wait_for_report(guardian, spawn->report[PIPE_READ]);
	if (err)
		return err;
	got = read(spawn->report[PIPE_READ], &child_errno, sizeof(child_errno));
	if (got == (ssize_t)sizeof(child_errno)) {
		*exec_failed = true;
		return -child_errno;
	}
	return got < 0 ? -errno : 0;
}

static void launch_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int launch_command(const struct launch *launch, struct guardian **ret, bool *exec_failed)
{
	struct launch_spawn spawn = { .launch = launch, .go = { -1, -1 }, .report = { -1, -1 } };
	struct guard_options guard = *launch->guard;
	int err;

	*ret = NULL;
	*exec_failed = false;
	guard.spawn = launch_spawn_child;
	guard.ctx = &spawn;
	err = launch_find_user(launch->options->user, &spawn.user);
	if (err)
		return err;
	if (pipe2(spawn.go, O_CLOEXEC) || pipe2(spawn.report, O_CLOEXEC))
		err = -errno;
	if (!err)
		err = guardian__start(&guard, launch->owner, launch->procfs, ret);
	if (err)
		goto out;
	launch_close(&spawn.report[PIPE_WRITE]);
	launch_close(&spawn.go[PIPE_READ]);
	err = launch->prepare(launch->ctx, guardian__command(*ret));
	if (err)
		goto out;
	test_point_wait("launched");
	err = launch_release_child(*ret, &spawn, exec_failed);
out:
	launch_close(&spawn.go[PIPE_READ]);
	launch_close(&spawn.go[PIPE_WRITE]);
	launch_close(&spawn.report[PIPE_READ]);
	launch_close(&spawn.report[PIPE_WRITE]);
	return err;
}
