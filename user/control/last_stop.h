/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Where a command was held for its last snapshot: in time, or why not. */
#ifndef CONTROL_LAST_STOP_H
#define CONTROL_LAST_STOP_H

enum last_stop {
	LAST_STOP_NONE,	    /* it was never held, or went on before its pages were counted */
	LAST_STOP_IN_TIME,  /* at its stop point, before it frees its memory */
	LAST_STOP_NO_PLACE, /* at its exit: it has no function to stop it at */
	LAST_STOP_TAKEN,    /* the same: somebody else's breakpoint or uprobe is there */
	LAST_STOP_FAILED,   /* the same: the stop point could not be set */
	LAST_STOP_MISSED,   /* the same: the stop point was set, but no thread reached it */
};

/* For a process held at its exit; err (0 or -errno) is the result of setting its stop point. */
enum last_stop last_stop_at_exit(int err);

/* A sentence about the command, a literal; NULL: it was in time. */
const char *last_stop_why_late(enum last_stop stop);

#endif
