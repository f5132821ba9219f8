/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A terminal that is drawn over has no cursor meanwhile. Whatever ends or stops us gives it
 * back, but for signals that nobody can handle.
 */
#ifndef COMMANDS_TERMINAL_H
#define COMMANDS_TERMINAL_H

/*
 * Hides the cursor of the terminal behind fd, until terminal_give_back, an end by a signal, or
 * a stop (Ctrl-Z); after a stop it is hidden again, and a SIGWINCH of ours asks for a redraw.
 */
void terminal_take(int fd);
void terminal_give_back(void);

#endif
