/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Starting a command so that nothing of it runs before it is watched. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/test_point.h"
#include "base/log.h"
#include "engine/priv.h"

static int become(const struct passwd *user)
{
	if (initgroups(user->pw_name, user->pw_gid) || setgid(user->pw_gid) || setuid(user->pw_uid))
		return -errno;
	if (setenv("HOME", user->pw_dir, 1) || setenv("USER", user->pw_name, 1) ||
	    setenv("LOGNAME", user->pw_name, 1))
		return -errno;
	return 0;
}

/* The child between fork and exec: waits for the go, then becomes the command or says why not. */
static void run_command(const struct engine *engine, const struct launch_options *options,
			const struct passwd *user, int go, int report)
{
	char byte;
	int err = 0;

	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, &engine->old_mask, NULL);
	if (read(go, &byte, 1) != 1)
		_exit(125);
	if (checkpoints_inherit(engine))
		_exit(125);
	if (options->stdout_to_stderr && dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		_exit(125);
	if (user)
		err = -become(user);
	if (!err) {
		execvp(options->argv[0], options->argv);
		err = errno;
	}
	if (write(report, &err, sizeof(err)) != sizeof(err))
		_exit(125);
	_exit(127);
}

static int find_user(const char *name, const struct passwd **ret)
{
	*ret = NULL;
	if (!name)
		return 0;
	errno = 0;
	*ret = getpwnam(name);
	if (*ret)
		return 0;
	log_error("no user named %s", name);
	return errno ? -errno : -ENOENT;
}

/*
 * Waits for the child's word, or for its end: killed before its exec it stands in a ptrace
 * stop with the pipe still open.
 */
static int wait_for_report(struct engine *engine, int report)
{
	struct pollfd fds[] = { { .fd = report, .events = POLLIN },
				{ .fd = engine->signal_fd, .events = POLLIN },
				{ .fd = engine->guardian.link, .events = POLLIN } };
	int err = 0;

	while (!err) {
		if (poll(fds, 3, -1) < 0 && errno != EINTR)
			return -errno;
		if (fds[0].revents)
			return 0;
		if (fds[1].revents)
			err = engine_read_signals(engine);
		if (!err && fds[2].revents)
			err = guardian_read(engine);
		if (!err && (engine->launched_reaped || engine_held(engine)))
			err = -ESRCH;
	}
	return err;
}

/* Lets the child go and learns how its exec went: an empty pipe is a success. */
static int release_child(struct engine *engine, int go, int report, bool *exec_failed)
{
	int child_errno, err;
	ssize_t got;

	if (write(go, "", 1) != 1)
		return -errno;
	err = wait_for_report(engine, report);
	if (err)
		return err;
	got = read(report, &child_errno, sizeof(child_errno));
	if (got == (ssize_t)sizeof(child_errno)) {
		*exec_failed = true;
		return -child_errno;
	}
	return got < 0 ? -errno : 0;
}

static int watch_child(struct engine *engine, pid_t pid, int go, int report, bool *exec_failed)
{
	struct target *target;
	int err;

	if (engine->faults) {
		err = faults__add_next_exec(engine->faults, (uint32_t)pid);
		if (err)
			return err;
		err = tracer_seize(engine, pid);
		if (err)
			log_info(
				"cannot trace the command (%s): its last snapshot may come too late",
				strerror(-err));
	} else {
		err = engine_watch_fd(engine, engine->guardian.link);
		if (err)
			return err;
	}
	test_point_wait("launched");
	err = release_child(engine, go, report, exec_failed);
	if (err)
		return err;
	if (engine->faults)
		return engine_drain(engine);
	err = target__new(engine, (uint32_t)pid, NO_SLOT, &target);
	if (!err)
		target->asked = true;
	/* It has ended already: its guardian was killed, and did not stop it. */
	return err == -ESRCH ? 0 : err;
}

struct spawn {
	struct engine *engine;
	const struct launch_options *options;
	const struct passwd *user;
	const int *go;
	const int *report;
};

static pid_t spawn_command(void *ctx)
{
	const struct spawn *spawn = ctx;
	pid_t pid = fork();

	if (!pid) {
		close(spawn->go[1]);
		run_command(spawn->engine, spawn->options, spawn->user, spawn->go[0],
			    spawn->report[1]);
	}
	return pid < 0 ? -errno : pid;
}

int engine__launch(struct engine *engine, const struct launch_options *options, bool *exec_failed)
{
	int go[2] = { -1, -1 }, report[2] = { -1, -1 };
	const struct passwd *user;
	struct spawn spawn = { .engine = engine, .options = options, .go = go, .report = report };
	pid_t pid;
	int err;

	*exec_failed = false;
	err = find_user(options->user, &user);
	if (err)
		return err;
	err = checkpoints_open(engine);
	if (err)
		return err;
	if (pipe2(go, O_CLOEXEC) || pipe2(report, O_CLOEXEC)) {
		err = -errno;
		goto out;
	}
	spawn.user = user;
	if (engine->faults) {
		pid = spawn_command(&spawn);
	} else {
		const int fds[] = { go[0],
				    go[1],
				    report[0],
				    report[1],
				    engine->checkpoints.fd,
				    engine->checkpoints.theirs,
				    -1 };

		pid = guardian_start(engine, spawn_command, &spawn, fds);
	}
	if (pid < 0) {
		err = pid;
		goto out;
	}
	close(report[1]);
	report[1] = -1;
	close(engine->checkpoints.theirs);
	engine->checkpoints.theirs = -1;
	engine->launched = pid;
	err = watch_child(engine, pid, go[1], report[0], exec_failed);
out:
	if (go[0] >= 0) {
		close(go[0]);
		close(go[1]);
	}
	if (report[0] >= 0)
		close(report[0]);
	if (report[1] >= 0)
		close(report[1]);
	return err;
}

const char *engine__launched_exe(struct engine *engine)
{
	struct target *target = engine_find_pid(engine, (uint32_t)engine->launched);

	return target ? target->facts.exe : "";
}

void engine__kill_launched(struct engine *engine, int number)
{
	if (engine->launched && !engine->launched_reaped)
		kill(engine->launched, number);
}
