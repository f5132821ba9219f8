/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Text that grows at its end, in its own memory or in the caller's, where it is cut.
 *
 * Additions need no check: the first error is kept, later additions do nothing, and
 * text_buffer__take returns it (or read ->error and ->cut).
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct text_buffer {   /* all zero: empty, with its own memory */
	char *text;    /* ends with NUL; NULL before the first addition */
	size_t length; /* without the NUL */
	size_t capacity;
	bool borrowed; /* the memory is the caller's */
	bool cut;      /* ... and was too small */
	int error;     /* 0 or -ENOMEM */
};

/* Over size bytes (at least 1) of the caller's memory, which then hold the empty text. */
struct text_buffer text_buffer__over(char *memory, size_t size);

/* The same, appending to the string that is already there. */
struct text_buffer text_buffer__behind(char *memory, size_t size);

void text_buffer__add(struct text_buffer *buffer, const char *text);
void text_buffer__add_bytes(struct text_buffer *buffer, const char *bytes, size_t count);
void text_buffer__addf(struct text_buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void text_buffer__vaddf(struct text_buffer *buffer, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* Shortens the text to a given length. */
void text_buffer__shorten(struct text_buffer *buffer, size_t length);

/*
 * *ret is the text (never NULL), which the caller frees; the buffer is then empty. 0 or -ENOMEM, in
 * which case the buffer is empty as well. For buffers with their own memory.
 */
int text_buffer__take(struct text_buffer *buffer, char **ret);

/* Frees the buffer's own memory. */
void text_buffer__deinit(struct text_buffer *buffer);

#endif
