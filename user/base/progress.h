/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * One line on stderr, if that is a terminal, shows the progress of what takes longer than a second.
 * The line is erased before anything else is written. Nothing is written unless progress_allow was
 * called.
 */
#ifndef BASE_PROGRESS_H
#define BASE_PROGRESS_H

#include <stdint.h>

/* There may be progress, if stderr is a terminal that can erase a line. */
void progress_allow(void);

/* Somebody waits from here on; the second before the line appears begins. */
void progress_begin(void);

/* The same; a command has written to the terminal, and perhaps not ended its last line. */
void progress_begin_below(void);

/* What is done now, in few words, a literal; and how many steps of any unit it has, 0: unknown. */
void progress_stage(const char *what, uint64_t steps);

/* This many more steps are done. A call costs some ns if nobody waits, else some 20 ns. */
void progress_step(uint64_t steps);

/* Erases the line, which the next step may write again. Keeps errno. */
void progress_erase(void);

/* Nobody waits any more, or what he waited for is being written to the terminal. Keeps errno. */
void progress_end(void);

#endif
