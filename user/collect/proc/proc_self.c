/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What /proc says about pagewatch itself. */
#include "collect/proc/proc_self.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/capability.h"

/* include/linux/proc_ns.h, PROC_PID_INIT_INO */
#define INITIAL_PID_NAMESPACE 0xEFFFFFFCu

uint32_t proc_self_pid_namespace(void)
{
	struct stat info;

	if (stat("/proc/self/ns/pid", &info) || info.st_ino == INITIAL_PID_NAMESPACE)
		return 0;
	return (uint32_t)info.st_ino;
}

static uint64_t read_number(const char *path, const char *format)
{
	unsigned long long number = 0;
	char line[128];
	int fd = capability_open(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (!file) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, format, &number) == 1)
			break;
	}
	fclose(file);
	return number;
}

uint64_t proc_self_pool_page_bytes(void)
{
	return 1024 * read_number("/proc/meminfo", "Hugepagesize: %llu kB");
}

uint64_t proc_self_memlock(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	return read_number(path, "memlock: %llu");
}
