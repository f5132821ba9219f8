/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Thrift's compact protocol (thrift-compact-protocol.md), at a reader's position. */
#ifndef ARRAYS_THRIFT_H
#define ARRAYS_THRIFT_H

#include "arrays/files/file_reader.h"

enum thrift_type {
	THRIFT_STOP,
	THRIFT_TRUE,
	THRIFT_FALSE,
	THRIFT_BYTE,
	THRIFT_I16,
	THRIFT_I32,
	THRIFT_I64,
	THRIFT_DOUBLE,
	THRIFT_BINARY,
	THRIFT_LIST,
	THRIFT_SET,
	THRIFT_MAP,
	THRIFT_STRUCT,
	THRIFT_UUID,
};

/* The next field of a struct; *id is that of the one before, 0 at first. THRIFT_STOP: its end. */
enum thrift_type thrift_field(struct file_reader *reader, int *id);

/* A whole number of any width. */
int64_t thrift_number(struct file_reader *reader);

/* How many elements a list has, and of which type. */
uint32_t thrift_list(struct file_reader *reader, enum thrift_type *type);

/* Its length; at most size - 1 bytes are stored, terminated. */
uint64_t thrift_binary(struct file_reader *reader, char *text, size_t size);

/* A value of that type, in at most 16 lists and structs. */
void thrift_skip(struct file_reader *reader, enum thrift_type type);

#endif
