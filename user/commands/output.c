/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A stream that keeps its first error, and a file that is replaced in one step. */
#include "commands/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/progress.h"
#include "base/stream.h"
#include "commands/foreign_link.h"

#define BUFFER_BYTES (64u << 10)
#define MODE_BITS 07777u

/* By the time it is asked, stdio has forgotten why a write failed. */
static ssize_t write_bytes(void *cookie, const char *bytes, size_t count)
{
	struct output *output = cookie;

	if (output->terminal)
		progress_end();
	if (output->empty && !output->begun && ftruncate(output->fd, 0) && errno != EINVAL)
		output->err = -errno;
	output->begun = true;
	if (!output->err)
		output->err = stream_write(output->fd, bytes, count);
	return output->err ? 0 : (ssize_t)count;
}

static int open_stream(struct output *output)
{
	const cookie_io_functions_t functions = { .write = write_bytes };

	output->file = fopencookie(output, "w", functions);
	if (!output->file)
		return -ENOMEM;
	setvbuf(output->file, NULL, _IOFBF, BUFFER_BYTES);
	return 0;
}

/*
 * A write to a full terminal blocks, whatever poll says. Ours must not, and the shell's descriptor
 * must not change.
 */
static void open_apart(struct output *output)
{
	char name[32];
	int fd;

	output->terminal = isatty(output->fd) == 1;
	if (!output->terminal)
		return;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", output->fd);
	fd = capability_open(AT_FDCWD, name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (output->ours)
		close(output->fd);
	output->fd = fd;
	output->ours = true;
}

static int open_in_place(struct output *output)
{
	const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | foreign_link_flags(output->path);

	output->fd = open(output->path, flags | O_EXCL, 0666);
	output->created = output->fd >= 0;
	if (output->fd < 0)
		output->fd = open(output->path, flags, 0666);
	output->empty = true;
	return output->fd < 0 ? -errno : 0;
}

/* DIRECTORY/.NAME.pagewatch-PID */
static char *name_beside(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t directory = slash ? (size_t)(slash + 1 - path) : 0;
	char *name;

	if (asprintf(&name, "%.*s.%s.pagewatch-%d", (int)directory, path, path + directory,
		     (int)getpid()) < 0)
		return NULL;
	return name;
}

/* Gives the new file the old one's owner and mode. */
static int take_after(int fd, const struct stat *old)
{
	struct stat new;

	if (fstat(fd, &new))
		return -errno;
	if ((new.st_uid != old->st_uid || new.st_gid != old->st_gid) &&
	    fchown(fd, old->st_uid, old->st_gid))
		return -errno;
	return fchmod(fd, old->st_mode & MODE_BITS) ? -errno : 0;
}

/* 0, or -errno: then it can still be written in place. */
static int open_beside(struct output *output, const struct stat *old)
{
	int err;

	output->temporary = name_beside(output->path);
	if (!output->temporary)
		return -ENOMEM;
	output->fd = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	err = output->fd < 0 ? -errno : 0;
	if (!err && old)
		err = take_after(output->fd, old);
	if (err && output->fd >= 0) {
		unlink(output->temporary);
		close(output->fd);
	}
	if (err) {
		free(output->temporary);
		output->temporary = NULL;
	}
	return err;
}

static int open_file(struct output *output, bool live)
{
	struct stat old, link;
	bool exists = !stat(output->path, &old), dangles;
	int err = foreign_link_check(output->path);
	char *real;

	if (err)
		return err;
	dangles = !exists && !lstat(output->path, &link);
	if (exists && faccessat(AT_FDCWD, output->path, W_OK, AT_EACCESS))
		return -errno;
	if (live || dangles || (exists && (!S_ISREG(old.st_mode) || old.st_nlink > 1)))
		return open_in_place(output);
	real = exists ? realpath(output->path, NULL) : NULL;
	if (real) {
		free(output->path);
		output->path = real;
	}
	if ((exists && !real) || open_beside(output, exists ? &old : NULL))
		return open_in_place(output);
	return 0;
}

int output__open(struct output *output, const char *path, int descriptor, bool live)
{
	int err = 0;

	*output = (struct output){ .fd = descriptor, .ours = path != NULL };
	if (path) {
		output->path = strdup(path);
		err = output->path ? open_file(output, live) : -ENOMEM;
		if (err)
			output->fd = -1;
	}
	if (!err)
		open_apart(output);
	if (!err)
		err = open_stream(output);
	if (err)
		output__close(output, false);
	return err;
}

int output__flush(struct output *output)
{
	if (fflush(output->file) && !output->err)
		output->err = -errno;
	return output->err;
}

/* If nothing was written, leaves nothing behind. */
static int settle_file(struct output *output, bool keep)
{
	if (output->temporary && keep)
		return rename(output->temporary, output->path) ? -errno : 0;
	if (output->temporary)
		unlink(output->temporary);
	else if (output->created && !output->begun)
		unlink(output->path);
	return 0;
}

int output__close(struct output *output, bool keep)
{
	int err = 0;

	if (output->file) {
		err = output__flush(output);
		fclose(output->file);
	}
	output->file = NULL;
	if (output->ours && output->fd >= 0 && close(output->fd) && !err)
		err = -errno;
	if (output->fd >= 0 && output->path) {
		int settled = settle_file(output, keep && !err && output->begun);

		err = err ? err : settled;
	}
	free(output->path);
	free(output->temporary);
	*output = (struct output){ .fd = -1 };
	return err;
}
