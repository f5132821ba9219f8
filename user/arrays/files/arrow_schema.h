/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The columns of an Arrow schema (Schema.fbs). */
#ifndef ARRAYS_ARROW_SCHEMA_H
#define ARRAYS_ARROW_SCHEMA_H

#include "arrays/files/file_arrays.h"
#include "arrays/files/file_reader.h"

#define ARROW_COLUMNS_MAX 10000u

struct arrow_column {
	char *name;
	char dtype[24];
	uint64_t buffers; /* that a record batch has of it, without variadic ones */
	uint64_t views;	  /* fields in it that have variadic buffers */
};

struct arrow_schema {
	struct arrow_column *columns;
	size_t count;
	size_t capacity;
};

/*
 * Replaces *ret by the schema of that table. 0 or -ENOMEM. Too many columns, or too deep ones, make
 * the reader's error.
 */
int arrow_schema_read(struct file_reader *reader, uint64_t table, struct arrow_schema *ret);
void arrow_schema_free(struct arrow_schema *schema);

#endif
