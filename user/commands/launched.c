/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/launched.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "commands/usage.h"

int launched__status_of_error(const char *program, int err, bool exec_failed)
{
	if (!exec_failed) {
		if (!log_said_error())
			log_error("cannot start the command: %s", strerror(-err));
		return STATUS_RUN_FAILED;
	}
	log_error("cannot run %s: %s", program, strerror(-err));
	return err == -ENOENT || err == -ENOTDIR ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}

void launched__tell_binary(struct engine *engine, const char *program)
{
	if (getenv("SUDO_UID") && *program != '/')
		log_note("running %s", engine__launched_exe(engine));
}
