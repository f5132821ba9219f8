/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * borrowers COUNT COMMAND...: COUNT children in the memory of their parent that end without an
 * exec, then COMMAND three times: by vfork, by posix_spawn, and by a vfork child's vfork child.
 */
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void wait_for(pid_t child)
{
	int status;

	if (child < 0 || waitpid(child, &status, 0) != child || status)
		exit(1);
}

int main(int argc, char **argv)
{
	long count = argc > 2 ? atol(argv[1]) : -1;
	pid_t child;

	if (count < 0)
		return 2;
	while (count--) {
		child = vfork();
		if (!child)
			_exit(0);
		wait_for(child);
	}
	child = vfork();
	if (!child) {
		execv(argv[2], argv + 2);
		_exit(1);
	}
	wait_for(child);
	if (posix_spawn(&child, argv[2], NULL, NULL, argv + 2, environ))
		return 1;
	wait_for(child);
	child = vfork();
	if (!child) {
		pid_t grandchild = vfork();

		if (!grandchild) {
			execv(argv[2], argv + 2);
			_exit(1);
		}
		wait_for(grandchild);
		_exit(0);
	}
	wait_for(child);
	return 0;
}
