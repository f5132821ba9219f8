/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What a watcher and a program that it started tell each other at a checkpoint.
 *
 * The watcher makes a socketpair(AF_UNIX, SOCK_SEQPACKET), writes PROTOCOL_GREETING (no NUL) into
 * its own end, lets the program inherit the other end, and puts its number, decimal, into
 * PROTOCOL_VARIABLE. The greeting is never read: a process peeks at it to know that the inherited
 * number is still this socket and not another file. Children share the socket. A child whose
 * descriptor was closed finds no greeting and is not watched.
 *
 * A checkpoint is one packet: struct protocol_checkpoint, the name, then mark_count times struct
 * protocol_mark and its name. Names have no NUL; integers are in machine order. One descriptor
 * comes with it (SCM_RIGHTS): a socket for this checkpoint alone. After the snapshot the watcher
 * writes the byte PROTOCOL_TAKEN into it and closes it. Closing it without the byte also means "go
 * on". A packet whose length does not match exactly is ignored.
 *
 * When the last process with the socket ends, the watcher's reads give ECONNRESET once, for the
 * unread greeting, then what is queued, then end of file.
 *
 * A packet is at most PROTOCOL_PACKET_MAX bytes. The pid in it is the program's own view; a watcher
 * in another pid namespace sets SO_PASSCRED and takes the kernel's.
 */
#ifndef LIB_PROTOCOL_H
#define LIB_PROTOCOL_H

#include <stdint.h>

#include "lib/pagewatch.h"

#define PROTOCOL_VARIABLE "PAGEWATCH_FD"
#define PROTOCOL_GREETING "pagewatch/1"
#define PROTOCOL_TAKEN 'k'

struct protocol_checkpoint {
	uint32_t pid;
	uint32_t tid;
	uint32_t name_bytes; /* 1 to PAGEWATCH_NAME_MAX, as below */
	uint32_t mark_count; /* at most PAGEWATCH_MARKS_MAX */
};

struct protocol_mark {
	uint64_t start;
	uint64_t bytes;
	uint64_t name_bytes;
};

#define PROTOCOL_PACKET_MAX                                                                        \
	(sizeof(struct protocol_checkpoint) + PAGEWATCH_NAME_MAX +                                 \
	 PAGEWATCH_MARKS_MAX * (sizeof(struct protocol_mark) + PAGEWATCH_NAME_MAX))

#endif
