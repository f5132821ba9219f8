/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Reading tracepoint ids. */
#include "collect/kernel/tracefs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/parse.h"
#include "base/test_point.h"

static const char *const folders[] = { "/sys/kernel/tracing/events",
				       "/sys/kernel/debug/tracing/events" };
#define FOLDERS (sizeof(folders) / sizeof(folders[0]))

static int mount_detached(void)
{
	int context, mount_fd, err;

	context = (int)syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC);
	if (context < 0)
		return -errno;
	if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0)) {
		err = -errno;
		close(context);
		return err;
	}
	mount_fd = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	err = mount_fd < 0 ? -errno : mount_fd;
	close(context);
	return err;
}

int tracefs_open_events(void)
{
	bool closed = false;
	int fd, root;
	size_t i;

	for (i = 0; i < FOLDERS; i++) {
		fd = capability_open(AT_FDCWD, folders[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			return fd;
		closed |= errno == EACCES;
	}
	root = mount_detached();
	if (root < 0)
		return closed ? -EPERM : root;
	fd = capability_open(root, "events", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		fd = errno == EACCES ? -EPERM : -errno;
	close(root);
	return fd;
}

uint64_t tracefs_needs(void)
{
	uint64_t needs = CAPABILITY(CAP_DAC_READ_SEARCH);
	size_t i;

	for (i = 0; i < FOLDERS; i++) {
		if (!faccessat(AT_FDCWD, folders[i], F_OK, AT_EACCESS) || errno == EACCES)
			return needs;
	}
	return needs | CAPABILITY(CAP_SYS_ADMIN);
}

int tracefs_event_id(int events_fd, const char *name)
{
	char path[128], text[32];
	uint64_t id;
	ssize_t got;
	int fd, err;

	if (test_point_hides(name))
		return -ENOENT;
	snprintf(path, sizeof(path), "%s/id", name);
	fd = capability_open(events_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	got = read(fd, text, sizeof(text) - 1);
	err = got < 0 ? -errno : 0;
	close(fd);
	if (err)
		return err;
	text[got] = '\0';
	text[strcspn(text, "\n")] = '\0';
	err = parse_u64(text, 0, INT32_MAX, &id);
	return err ? err : (int)id;
}

bool tracefs_has_event(int events_fd, const char *name)
{
	return tracefs_event_id(events_fd, name) >= 0;
}
