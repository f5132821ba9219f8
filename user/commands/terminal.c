/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "commands/terminal.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static const char hide[] = "\033[?25l", show[] = "\033[?25h";

/* Signals whose default is to end us; the engine handles SIGINT, SIGTERM and SIGHUP. */
static const int ends[] = { SIGQUIT, SIGABRT, SIGSEGV, SIGBUS,	SIGILL,	 SIGFPE,  SIGTRAP,
			    SIGSYS,  SIGALRM, SIGUSR2, SIGXCPU, SIGXFSZ, SIGPROF, SIGVTALRM };

/* Static: a signal handler has no other argument. -1: no terminal is being redrawn. */
static volatile sig_atomic_t drawn_over = -1;

static void put_cursor(const char *text)
{
	int saved = errno;
	ssize_t done = drawn_over < 0 ? 0 : write(drawn_over, text, sizeof(show) - 1);

	(void)done;
	errno = saved;
}

static void set_handler(int number, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_flags = flags }, old;

	action.sa_handler = handler;
	sigemptyset(&action.sa_mask);
	/* Signals that are ignored, or handled by somebody else (a sanitizer), stay so. */
	if (!sigaction(number, NULL, &old) && old.sa_handler == SIG_DFL)
		sigaction(number, &action, NULL);
}

/* The handler was reset: the signal ends us on return. */
static void on_end(int number)
{
	put_cursor(show);
	raise(number);
}

static void on_continue(int number)
{
	(void)number;
	put_cursor(hide);
	raise(SIGWINCH);
}

static void on_stop(int number)
{
	sigset_t mask, old;
	int saved = errno;

	put_cursor(show);
	sigemptyset(&mask);
	sigaddset(&mask, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &mask, &old);
	/*
	 * We were stopped here. In an orphaned process group nobody could continue us, so we were
	 * not.
	 */
	sigprocmask(SIG_SETMASK, &old, NULL);
	set_handler(number, on_stop, SA_RESETHAND);
	put_cursor(hide);
	errno = saved;
}

void terminal_take(int fd)
{
	size_t i;

	drawn_over = fd;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		set_handler(ends[i], on_end, SA_RESETHAND);
	set_handler(SIGTSTP, on_stop, SA_RESETHAND);
	set_handler(SIGCONT, on_continue, SA_RESTART);
	put_cursor(hide);
}

void terminal_give_back(void)
{
	put_cursor(show);
	drawn_over = -1;
}
