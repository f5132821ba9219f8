/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A terminal that is drawn over gets back its modes and its screen, whatever ends or stops us, but
 * for signals that nobody can handle.
 */
#ifndef LIVE_TERMINAL_H
#define LIVE_TERMINAL_H

#define TERMINAL_STRING_MAX 256

/* What is sent to begin drawing (again), and to give the terminal back. */
struct terminal_strings {
	char enter[TERMINAL_STRING_MAX];
	char leave[TERMINAL_STRING_MAX];
};

/*
 * Remembers the modes of the terminal behind fd. From now on, until terminal_give_back, an end by a
 * signal and a stop (Ctrl-Z) give it back; after a stop it is taken again, and a SIGWINCH of ours
 * asks for a redraw. 0 or -errno.
 */
int terminal_take(int fd, const struct terminal_strings *strings);

/* The modes to draw with are set: they are those that a stop comes back to. */
void terminal_taken(void);

/* Modes as they were at terminal_take; the screen was given back already. */
void terminal_give_back(void);

/*
 * Around a write to the terminal. Should nobody read it meanwhile, SIGINT, SIGTERM and SIGHUP, which
 * are blocked else, end us by that signal; where somebody reads they stay pending until afterwards.
 */
void terminal_write_begins(void);

/* Before the last write: should nobody read, what was written and not read yet goes. */
void terminal_make_room(void);
void terminal_write_ends(void);

#endif
