/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Checkpoints of a command that we have started, over the socket in PAGEWATCH_FD. */
#ifndef ENGINE_CHECKPOINTS_H
#define ENGINE_CHECKPOINTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/protocol.h"

struct engine;
struct target;

struct checkpoints {
	int fd;	      /* ours, -1: there is none */
	int theirs;   /* until the command has it */
	bool reached; /* one is pending: its process waits for the answer */
	int answer;   /* where its process has a socket for it */
	pid_t tid;    /* else the thread that we hold; 0: none */
	uint32_t pid;
	char name[PAGEWATCH_NAME_MAX + 1]; /* untrusted */
	char *packet;			   /* room for PROTOCOL_PACKET_MAX bytes */
};

/* Makes the socket. 0 or -errno. */
int checkpoints_open(struct engine *engine);
void checkpoints_close(struct engine *engine);

/* In the command before its exec: the socket outlives it, its number is in the environment. */
int checkpoints_inherit(const struct engine *engine);

/* Takes one packet, where none is pending. What is not to be understood is let go. 0 or -errno. */
int checkpoints_read(struct engine *engine);

/* The process goes on; it hears whether a snapshot was taken. */
void checkpoints_answer(struct engine *engine, bool taken);

#endif
