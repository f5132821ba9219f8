/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* A line that is being typed. */
#ifndef LIVE_PROMPT_H
#define LIVE_PROMPT_H

#include <stddef.h>

#include "live/key.h"

#define PROMPT_MAX 128 /* bytes */

struct prompt {
	char text[PROMPT_MAX]; /* UTF-8 */
	size_t length;
};

void prompt__set(struct prompt *prompt, const char *text);

/* A character is added as long as there is room, backspace takes the last one, Ctrl-U all. */
void prompt__press(struct prompt *prompt, const struct live_key *key);

#endif
