/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/messages.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/format.h"
#include "base/stream.h"

void messages__add(struct messages *messages, const char *line, size_t length)
{
	char *copy = NULL;

	if (messages->count < MESSAGES_MAX)
		copy = strndup(line, length && line[length - 1] == '\n' ? length - 1 : length);
	if (copy)
		messages->lines[messages->count++] = copy;
	else
		messages->dropped++;
}

static void write_line(int fd, const char *line)
{
	char *text = format_new("%s\n", line);

	if (text)
		stream_write(fd, text, strlen(text));
	free(text);
}

void messages__tell(struct messages *messages, int fd)
{
	char *rest;
	size_t i;

	for (i = 0; i < messages->count; i++) {
		write_line(fd, messages->lines[i]);
		free(messages->lines[i]);
	}
	rest = messages->dropped
		       ? format_new("pagewatch: and %" PRIu64 " more messages", messages->dropped)
		       : NULL;
	if (rest)
		write_line(fd, rest);
	free(rest);
	memset(messages, 0, sizeof(*messages));
}
