/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What a watcher and a program that it has started say to each other at a checkpoint.
 *
 * The watcher makes a socketpair(AF_UNIX, SOCK_SEQPACKET), writes PROTOCOL_GREETING into
 * its own end (no NUL), lets the program inherit the other and puts its number, decimal, into
 * PROTOCOL_VARIABLE. The greeting is never taken out: a process peeks at it, and so knows that
 * the number it inherited is still this socket and not one that took its place. Children
 * share the socket; one whose descriptor was closed finds no greeting and is not watched.
 *
 * A checkpoint is one packet: struct protocol_checkpoint, the name, then mark_count times
 * struct protocol_mark and its name. Names have no NUL, integers are of the machine's order.
 * One descriptor comes along (SCM_RIGHTS): a socket of this checkpoint's own. When the snapshot
 * is taken the watcher writes the byte PROTOCOL_TAKEN into it and closes it; closing it without
 * is "go on" as well. A packet that is not exactly this long is not ours.
 *
 * When the last process that has the socket ends, the watcher's reads give ECONNRESET once,
 * for the greeting that nobody took, then what is queued, then the end of the file.
 *
 * A packet is at most PROTOCOL_PACKET_MAX bytes. The pid in it is the program's own view;
 * a watcher in another pid namespace sets SO_PASSCRED and takes the kernel's.
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
