/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Tables of FlatBuffers at a reader's places (flatbuffers.dev, "FlatBuffers Internals"). Places are
 * offsets in the file; 0: there is none. What leads out of the file makes the reader's error.
 */
#ifndef ARRAYS_FLATBUFFER_H
#define ARRAYS_FLATBUFFER_H

#include "arrays/files/file_reader.h"

/* The table that an offset at `place` leads to. */
uint64_t flatbuffer_follow(struct file_reader *reader, uint64_t place);

/* Where the table has its field of that number; 0: it has the default. */
uint64_t flatbuffer_field(struct file_reader *reader, uint64_t table, unsigned int number);

/* What a field leads to: a table, a string or a vector. */
uint64_t flatbuffer_child(struct file_reader *reader, uint64_t table, unsigned int number);

/* A number of 1, 2, 4 or 8 bytes; 0 by default. */
uint64_t flatbuffer_number(struct file_reader *reader, uint64_t table, unsigned int number,
			   size_t bytes);

/* How many elements a vector has; the reader is then at the first. */
uint32_t flatbuffer_vector(struct file_reader *reader, uint64_t vector);

#endif
