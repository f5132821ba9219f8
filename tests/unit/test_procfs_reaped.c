/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What /proc shows of a process while it is reaped. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "collect/proc/procfs.h"

static void put_status(int root, const char *pid, const char *text)
{
	int directory, fd;

	assert_int_equal(mkdirat(root, pid, 0755), 0);
	if (!text)
		return;
	directory = openat(root, pid, O_RDONLY | O_DIRECTORY);
	fd = openat(directory, "status", O_WRONLY | O_CREAT, 0644);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	close(directory);
}

/* No files, or a Tgid of 0. */
static void being_reaped(void **state)
{
	char path[] = "/tmp/pagewatch-procfs-XXXXXX";
	struct procfs *procfs = NULL;
	struct proc *proc = NULL;
	int root;

	(void)state;
	assert_non_null(mkdtemp(path));
	root = open(path, O_RDONLY | O_DIRECTORY);
	put_status(root, "11", NULL);
	put_status(root, "13", "Name:\tx\nTgid:\t0\n");
	assert_int_equal(procfs__open(path, &procfs), 0);
	assert_int_equal(proc__open(procfs, 11, &proc), -ESRCH);
	assert_int_equal(proc__open(procfs, 13, &proc), -ESRCH);
	assert_int_equal(proc__open(procfs, 17, &proc), -ESRCH);
	procfs__close(procfs);
	unlinkat(root, "13/status", 0);
	unlinkat(root, "13", AT_REMOVEDIR);
	unlinkat(root, "11", AT_REMOVEDIR);
	close(root);
	rmdir(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(being_reaped) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
