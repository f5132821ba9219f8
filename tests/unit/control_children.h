/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Real children for the tests of control/, and a tracer over one of them. */
#ifndef UNIT_CONTROL_CHILDREN_H
#define UNIT_CONTROL_CHILDREN_H

#include <stdbool.h>
#include <sys/types.h>

#include "control/tracer_priv.h"

/* A child that does nothing until it is told to, and says a byte when asked to. */
struct child {
	pid_t pid;
	int go;	  /* a byte lets it begin, and each further one it reads itself */
	int says; /* what it writes into child_out */
};

/* In the child: its ends. */
extern int child_in, child_out;

/* Where the tests have a stop point. Says a byte each time, when asked to. */
void marked(void);
/* In the child: waits for a byte; says one. */
void child_hear(void);
void child_say(char byte);

struct child child_start(int (*play)(void));
void child_go(const struct child *child);
char child_hears(const struct child *child);
/* Kills what is left of it. */
void child_end(struct child *child);

/* A tracer, with what its owner was told. */
struct watched {
	struct tracer *tracer;
	enum tracer_answer answer; /* at each stop point */
	int stops, execs, ends;
	pid_t stop_pid;
	int status; /* of the last end */
};

struct watched *watched_new(bool follow_children);
void watched_free(struct watched *watched);
/* Arms marked() in the child, which stands still for that moment. */
void watched_arm(struct watched *watched, const struct child *child);
/* Serves until the condition is true; a minute at most. */
#define WATCHED_UNTIL(watched, condition)                                                          \
	do {                                                                                       \
		while (!(condition))                                                               \
			watched_wait(watched);                                                     \
	} while (0)
void watched_wait(struct watched *watched);
enum thread_state watched_state(const struct watched *watched, pid_t tid);
/* R, S, T, t, Z as proc(5) has it. */
char state_letter(pid_t pid);

#endif
