/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The exit statuses, and the line after misuse. */
#ifndef COMMANDS_USAGE_H
#define COMMANDS_USAGE_H

enum exit_status {
	STATUS_OK = 0,
	STATUS_EXPECTATION = 1,
	STATUS_USAGE = 2,
	STATUS_UNMEASURED = 3,
	STATUS_INTERNAL = 4,
	STATUS_RUN_FAILED = 125,
	STATUS_NOT_EXECUTABLE = 126,
	STATUS_NOT_FOUND = 127,
};

/* Adds "Try 'pagewatch --help'." to a message about misuse; returns STATUS_USAGE. */
int usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * The exit status for an engine error: 3 if it means that nothing could be measured, else 4. Logs
 * an error that was not logged yet.
 */
int status_of_error(int err);

#endif
