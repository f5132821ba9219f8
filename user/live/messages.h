/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Messages that came while the screen was drawn over: shown there, and on stderr afterwards. The
 * first ones are kept, the others counted.
 */
#ifndef LIVE_MESSAGES_H
#define LIVE_MESSAGES_H

#include <stddef.h>
#include <stdint.h>

#define MESSAGES_MAX 200u

struct messages {		   /* all zero: none */
	char *lines[MESSAGES_MAX]; /* without newlines; owned */
	size_t count;
	uint64_t dropped;
};

void messages__add(struct messages *messages, const char *line, size_t length);

/* Writes all of them to a descriptor, and forgets them. */
void messages__tell(struct messages *messages, int fd);

#endif
