/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "control/last_stop.h"

#include <errno.h>
#include <stddef.h>

enum last_stop last_stop_at_exit(int err)
{
	switch (err) {
	case 0:
		return LAST_STOP_MISSED;
	case -ENOENT:
		return LAST_STOP_NO_PLACE;
	case -EBUSY:
		return LAST_STOP_TAKEN;
	default:
		return LAST_STOP_FAILED;
	}
}

const char *last_stop_why_late(enum last_stop stop)
{
	switch (stop) {
	case LAST_STOP_IN_TIME:
		return NULL;
	case LAST_STOP_NO_PLACE:
		return "the command did not stop before its end: it has no function to stop it at";
	case LAST_STOP_TAKEN:
		return "the command did not stop before its end: another program's breakpoint or "
		       "uprobe stands where pagewatch would stop it";
	case LAST_STOP_FAILED:
		return "the command did not stop before its end: no breakpoint could be set in it";
	case LAST_STOP_MISSED:
		return "the command did not stop before its end: it ended by a signal or by _exit, "
		       "or another program's uprobe has swallowed the breakpoint";
	default:
		return "the command ended before it could be stopped";
	}
}
