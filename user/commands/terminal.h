/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A terminal that is redrawn has no cursor meanwhile. Whatever ends or stops us shows it again,
 * except signals that cannot be handled.
 */
#ifndef COMMANDS_TERMINAL_H
#define COMMANDS_TERMINAL_H

/*
 * Hides the cursor of the terminal behind fd, until terminal_give_back, an end by a signal, or a
 * stop (Ctrl-Z). After a stop it is hidden again, and we send ourselves SIGWINCH to redraw.
 */
void terminal_take(int fd);
void terminal_give_back(void);

#endif
