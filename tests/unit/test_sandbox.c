/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What is refused in a sandbox, in children of this process. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/sandbox.h"
#include "base/test_point.h"

/* Status of a child that does this in a sandbox, as waitpid(2) has it. */
static int status_of(int (*act)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || sandbox__enter())
			_exit(99);
		_exit(act() ? errno : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int exec(void)
{
	return execl("/bin/true", "true", (char *)NULL);
}

static int make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0;
}

static int mount_something(void)
{
	return mount("none", "/proc/self/fd", "tmpfs", 0, NULL);
}

static int enter_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}

static int read_and_write(void)
{
	int fd = open("/proc/self/status", O_RDONLY), pipe_fds[2];
	char byte;

	return fd < 0 || pipe2(pipe_fds, O_CLOEXEC) || read(fd, &byte, 1) != 1 ||
	       write(pipe_fds[1], &byte, 1) != 1;
}

static int fork_again(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(execl("/bin/true", "true", (char *)NULL) ? errno : 0);
	return waitpid(pid, &status, 0) != pid || WEXITSTATUS(status) != ENOSYS;
}

static void is_refused(void **state)
{
	static int (*const acts[])(void) = { exec, make_socket, mount_something, enter_namespace };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		assert_int_equal(status_of(acts[i]), W_EXITCODE(ENOSYS, 0));
}

static void is_allowed(void **state)
{
	(void)state;
	assert_int_equal(status_of(read_and_write), 0);
	assert_int_equal(status_of(fork_again), 0);
}

static void shows_in_a_test(void **state)
{
	int status;

	(void)state;
	assert_int_equal(setenv("PAGEWATCH_TEST_HIDES", "refused calls", 1), 0);
	test_point_init();
	status = status_of(enter_namespace);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
	assert_int_equal(status_of(read_and_write), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_refused),
		cmocka_unit_test(is_allowed),
		cmocka_unit_test(shows_in_a_test),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
