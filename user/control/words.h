/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* What pagewatch and the guardian of its command tell each other. */
#ifndef CONTROL_WORDS_H
#define CONTROL_WORDS_H

#include <sys/types.h>

enum word_type {
	/* from the guardian */
	WORD_SPAWNED, /* pid, or value: -errno of the fork or of the tracing */
	WORD_LOOK,    /* pid stands still until WORD_LOOKED: its allocators can be looked for */
	WORD_HELD,    /* pid stands still until WORD_RELEASE; value: enum last_stop */
	WORD_FROZEN,  /* pid; value: 0 (it stands still until WORD_THAW) or -errno */
	WORD_OVERDUE, /* pid goes on: it had waited for us too long */
	WORD_ENDED,   /* value: the command's wait status */
	/* to the guardian */
	WORD_LOOKED, /* pid; value: whether an allocator was found */
	WORD_RELEASE,
	WORD_FREEZE,
	WORD_THAW,
};

struct word {
	enum word_type type;
	pid_t pid;
	int value;
};

/* 0 or -errno; never SIGPIPE. */
int word_send(int link, const struct word *word);
/* Waits for one. 1, 0 if the other side has ended, or -errno. */
int word_receive(int link, struct word *ret);

#endif
