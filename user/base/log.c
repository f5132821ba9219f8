/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Messages on stderr. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/format.h"
#include "base/progress.h"
#include "base/stream.h"

#define PREFIX "pagewatch: "
#define MESSAGE_MAX 1024

/* Static: every folder logs, and -v or -q is one decision for the whole program. */
static enum log_level max_level = LOG_NOTE;
static bool said_error;
static void (*diverted)(void *ctx, const char *line, size_t length);
static void *diverted_ctx;

void log_set_level(enum log_level level)
{
	max_level = level;
}

enum log_level log_get_level(void)
{
	return max_level;
}

void log_divert(void (*take)(void *ctx, const char *line, size_t length), void *ctx)
{
	diverted = take;
	diverted_ctx = ctx;
}

bool log_said_error(void)
{
	return said_error;
}

static void log_line(enum log_level level, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* One write per line, so that lines of several writers to one stderr do not mix. */
static void log_line(enum log_level level, const char *format, va_list args)
{
	char message[MESSAGE_MAX + 1]; /* one more, so that format_line notices and marks a cut */
	char line[sizeof(PREFIX) + MESSAGE_MAX];
	int saved = errno;
	size_t used;

	if (level > max_level)
		return;
	if (vsnprintf(message, sizeof(message), format, args) < 0)
		message[0] = '\0';
	memcpy(line, PREFIX, sizeof(PREFIX));
	format_line(message, line + sizeof(PREFIX) - 1, MESSAGE_MAX);
	used = strlen(line);
	line[used++] = '\n';
	if (diverted) {
		diverted(diverted_ctx, line, used);
	} else {
		progress_erase();
		stream_write(STDERR_FILENO, line, used);
	}
	errno = saved;
}

void log_error(const char *format, ...)
{
	va_list args;

	said_error = true;
	va_start(args, format);
	log_line(LOG_ERROR, format, args);
	va_end(args);
}

void log_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_WARN, format, args);
	va_end(args);
}

void log_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_NOTE, format, args);
	va_end(args);
}

void log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_INFO, format, args);
	va_end(args);
}

void log_debug(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_line(LOG_DEBUG, format, args);
	va_end(args);
}
