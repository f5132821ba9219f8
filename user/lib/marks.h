/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The registry of marks, for the other files of the library. */
#ifndef LIB_MARKS_H
#define LIB_MARKS_H

#include <stddef.h>

/* 0 and the length of a name (1 to PAGEWATCH_NAME_MAX), -EINVAL or -ENAMETOOLONG. */
int mark_name_check(const char *name, size_t *bytes);

/*
 * Appends all marks, as struct protocol_mark and name each, to packet, which has room for
 * PROTOCOL_PACKET_MAX bytes and holds *used. Returns how many.
 */
unsigned int marks_write(char *packet, size_t *used);

#endif
