/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Text that grows at its end. */
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

struct text_buffer text_buffer__over(char *memory, size_t size)
{
	memory[0] = '\0';
	return text_buffer__behind(memory, size);
}

struct text_buffer text_buffer__behind(char *memory, size_t size)
{
	return (struct text_buffer){
		.text = memory,
		.length = strlen(memory),
		.capacity = size,
		.borrowed = true,
	};
}

/* Makes room for `more` bytes and a NUL; false: no memory. */
static bool has_room(struct text_buffer *buffer, size_t more)
{
	size_t wanted;

	if (buffer->error)
		return false;
	if (buffer->borrowed)
		return more < buffer->capacity - buffer->length;
	if (__builtin_add_overflow(buffer->length, more, &wanted) ||
	    __builtin_add_overflow(wanted, 1, &wanted) ||
	    array_reserve((void **)&buffer->text, &buffer->capacity, wanted, 1)) {
		buffer->error = -ENOMEM;
		return false;
	}
	return true;
}

void text_buffer__add_bytes(struct text_buffer *buffer, const char *bytes, size_t count)
{
	if (!has_room(buffer, count)) {
		if (buffer->error)
			return;
		count = buffer->capacity - buffer->length - 1;
		buffer->cut = true;
	}
	if (count)
		memcpy(buffer->text + buffer->length, bytes, count);
	buffer->length += count;
	buffer->text[buffer->length] = '\0';
}

void text_buffer__add(struct text_buffer *buffer, const char *text)
{
	text_buffer__add_bytes(buffer, text, strlen(text));
}

void text_buffer__vaddf(struct text_buffer *buffer, const char *format, va_list args)
{
	va_list again;
	int length;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0) {
		buffer->error = -ENOMEM;
		return;
	}
	if (!has_room(buffer, (size_t)length)) {
		if (buffer->error)
			return;
		length = (int)(buffer->capacity - buffer->length - 1);
		buffer->cut = true;
	}
	vsnprintf(buffer->text + buffer->length, (size_t)length + 1, format, args);
	buffer->length += (size_t)length;
}

void text_buffer__addf(struct text_buffer *buffer, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text_buffer__vaddf(buffer, format, args);
	va_end(args);
}

void text_buffer__shorten(struct text_buffer *buffer, size_t length)
{
	if (length >= buffer->length)
		return;
	buffer->length = length;
	buffer->text[length] = '\0';
}

int text_buffer__take(struct text_buffer *buffer, char **ret)
{
	int err;

	text_buffer__add(buffer, "");
	err = buffer->error;
	if (!err) {
		*ret = buffer->text;
		buffer->text = NULL;
	}
	text_buffer__deinit(buffer);
	return err;
}

void text_buffer__deinit(struct text_buffer *buffer)
{
	if (!buffer->borrowed)
		free(buffer->text);
	memset(buffer, 0, sizeof(*buffer));
}
