/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The entries of a zip archive, by its central directory. */
#ifndef ARRAYS_FILES_ZIP_H
#define ARRAYS_FILES_ZIP_H

#include "arrays/files/file_reader.h"

struct zip_entry {
	char *name;
	uint64_t local; /* offset of the header before its bytes */
	uint64_t bytes; /* as stored */
	bool stored;	/* neither compressed nor encrypted */
};

struct zip_entries {
	struct zip_entry *entries;
	size_t count;
	size_t capacity;
	uint64_t dropped; /* beyond a bound */
};

/* 0 or -ENOMEM. What is no archive makes the reader's error. */
int zip_entries_read(struct file_reader *reader, struct zip_entries *ret);
void zip_entries_free(struct zip_entries *entries);

/* Moves the reader to the first byte of a stored entry. */
void zip_entry_seek(struct file_reader *reader, const struct zip_entry *entry);

#endif
