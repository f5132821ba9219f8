/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* One line per message on stderr, prefixed "pagewatch: ". Reports never go here. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_NOTE, LOG_INFO, LOG_DEBUG };

/* Messages above level are dropped; the default is LOG_NOTE, with --quiet LOG_WARN. */
void log_set_level(enum log_level level);
enum log_level log_get_level(void);

/*
 * Hands lines (with their newline, length bytes) to take instead of stderr, for as long as somebody
 * draws over the terminal; NULL: to stderr again.
 */
void log_divert(void (*take)(void *ctx, const char *line, size_t length), void *ctx);

/* Whether an error was logged, even one below the level: then the failure has its message. */
bool log_said_error(void);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A note: useful to know, but a report or the exit status says it as well. */
void log_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
