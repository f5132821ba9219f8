/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/usage.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"

int usage_error(const char *format, ...)
{
	char message[512];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	log_error("%s (try 'pagewatch --help')", message);
	return STATUS_USAGE;
}

int status_of_error(int err)
{
	if (!log_said_error())
		log_error("cannot go on: %s", strerror(-err));
	switch (err) {
	case -EPERM:
	case -EACCES:
	case -ESRCH:
	case -ENOENT:
	case -EOPNOTSUPP:
	case -ENOSYS:
		return STATUS_UNMEASURED;
	default:
		return STATUS_INTERNAL;
	}
}
