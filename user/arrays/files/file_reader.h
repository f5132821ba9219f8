/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Reads the header of a data file, little-endian, from a position that moves on. Nothing that the
 * file says is trusted: no read goes behind its end, and bytes and time have a bound.
 *
 * Reads need no check: the first error is kept, later reads give 0, and ->error says what it was.
 */
#ifndef ARRAYS_FILE_READER_H
#define ARRAYS_FILE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define FILE_WINDOW (64u << 10)

/* Reads count bytes at offset, all of them within the file: how many, or -errno. */
typedef ssize_t file_load(void *ctx, uint64_t offset, void *buffer, size_t count);

struct file_reader {
	file_load *load;
	void *ctx;
	uint64_t bytes;	      /* of the file; nothing at or behind it is read */
	uint64_t left;	      /* bytes that may still be loaded */
	uint64_t deadline_ns; /* of CLOCK_THREAD_CPUTIME_ID; 0: none */
	uint64_t at;	      /* the position */
	/* 0; -EBADMSG: behind the end, or nonsense; -E2BIG, -ETIME: a bound; or that of load */
	int error;
	uint64_t start; /* of the window in the file */
	size_t held;	/* bytes in the window */
	uint32_t takes; /* time is looked at after so many */
	size_t ahead;	/* how much the next load takes: more if it goes on where the last ended */
	uint8_t window[FILE_WINDOW];
};

/* A reader at position 0 that has the default bounds. */
void file_reader__init(struct file_reader *reader, file_load *load, void *ctx, uint64_t bytes);

void file_reader__seek(struct file_reader *reader, uint64_t offset);
void file_reader__skip(struct file_reader *reader, uint64_t count);

/* What the file says is nonsense. */
void file_reader__refuse(struct file_reader *reader);

/* False after an error; then `to` is all zero. */
bool file_reader__take(struct file_reader *reader, void *to, size_t count);
uint8_t file_reader__u8(struct file_reader *reader);
uint16_t file_reader__u16(struct file_reader *reader);
uint32_t file_reader__u32(struct file_reader *reader);
uint64_t file_reader__u64(struct file_reader *reader);

/* The byte at the position, which stays; -1 after an error or at the end of the file. */
int file_reader__peek(struct file_reader *reader);

/* A load function of a descriptor, ctx is a const int *. It leaves the page cache as it was if it can. */
ssize_t file_reader_load_fd(void *ctx, uint64_t offset, void *buffer, size_t count);

#endif
