/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "live/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* What ends a process that does not handle it; SIGINT, SIGTERM and SIGHUP are the engine's. */
static const int ends[] = { SIGQUIT, SIGABRT, SIGSEGV, SIGBUS,	SIGILL,	 SIGFPE,  SIGTRAP,
			    SIGSYS,  SIGALRM, SIGUSR2, SIGXCPU, SIGXFSZ, SIGPROF, SIGVTALRM };

static const int engines[] = { SIGINT, SIGTERM, SIGHUP };
#define ENGINES (sizeof(engines) / sizeof(engines[0]))

/* Static: a signal's handler is given nothing else. fd -1: no terminal is drawn over. */
static volatile sig_atomic_t drawn_over = -1;
static volatile sig_atomic_t writing;	    /* a sequence may be half sent */
static volatile sig_atomic_t came[ENGINES]; /* while we were writing */
static struct terminal_strings sent;
static struct termios before, drawing;
static bool drawing_known;
static struct sigaction old_actions[ENGINES];

static void send_text(const char *text)
{
	ssize_t done = write(drawn_over, text, strlen(text));

	(void)done;
}

/* Of a job in the background this waits (by SIGTTOU) until it is in front again. */
static void set_modes(const struct termios *modes)
{
	while (tcsetattr(drawn_over, TCSANOW, modes) && errno == EINTR)
		;
}

static void hand_over(void)
{
	int saved = errno;

	if (drawn_over < 0)
		return;
	/* CAN ends a control sequence that was begun (ECMA-48; xterm, the Linux console, tmux). */
	if (writing)
		send_text("\030");
	send_text(sent.leave);
	set_modes(&before);
	errno = saved;
}

static void take_back(void)
{
	int saved = errno;

	if (drawn_over < 0)
		return;
	if (drawing_known)
		set_modes(&drawing);
	send_text(sent.enter);
	errno = saved;
}

static void set_handler(int number, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_flags = flags }, old;

	action.sa_handler = handler;
	sigemptyset(&action.sa_mask);
	/* What is ignored, or handled by somebody else (a sanitizer), stays so. */
	if (!sigaction(number, NULL, &old) && old.sa_handler == SIG_DFL)
		sigaction(number, &action, NULL);
}

/* The handler is gone by now: it ends us on return. */
static void on_end(int number)
{
	hand_over();
	raise(number);
}

static void on_continue(int number)
{
	(void)number;
	take_back();
	raise(SIGWINCH);
}

static void on_stop(int number)
{
	sigset_t mask, old;
	int saved = errno;

	hand_over();
	sigemptyset(&mask);
	sigaddset(&mask, number);
	raise(number);
	sigprocmask(SIG_UNBLOCK, &mask, &old);
	/* Here we stood, or nobody could have let us go on: then we were not stopped. */
	sigprocmask(SIG_SETMASK, &old, NULL);
	set_handler(number, on_stop, SA_RESETHAND);
	take_back();
	raise(SIGWINCH);
	errno = saved;
}

int terminal_take(int fd, const struct terminal_strings *strings)
{
	size_t i;

	if (tcgetattr(fd, &before))
		return -errno;
	sent = *strings;
	drawing_known = false;
	drawn_over = fd;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		set_handler(ends[i], on_end, SA_RESETHAND);
	set_handler(SIGTSTP, on_stop, SA_RESETHAND);
	set_handler(SIGCONT, on_continue, SA_RESTART);
	return 0;
}

void terminal_taken(void)
{
	drawing_known = !tcgetattr(drawn_over, &drawing);
}

void terminal_give_back(void)
{
	if (drawn_over >= 0)
		set_modes(&before);
	drawn_over = -1;
}

static bool nobody_reads(void)
{
	struct pollfd polled = { .fd = drawn_over, .events = POLLOUT };

	return poll(&polled, 1, 0) == 0;
}

void terminal_make_room(void)
{
	if (drawn_over >= 0 && nobody_reads())
		tcflush(drawn_over, TCOFLUSH);
}

static void on_engines(int number)
{
	int saved = errno;
	size_t i;

	if (nobody_reads()) {
		terminal_make_room();
		hand_over();
		signal(number, SIG_DFL);
		raise(number);
		return;
	}
	for (i = 0; i < ENGINES; i++) {
		if (engines[i] == number)
			came[i] = 1;
	}
	errno = saved;
}

static void engines_mask(int how)
{
	sigset_t mask;
	size_t i;

	sigemptyset(&mask);
	for (i = 0; i < ENGINES; i++)
		sigaddset(&mask, engines[i]);
	sigprocmask(how, &mask, NULL);
}

void terminal_write_begins(void)
{
	struct sigaction action = { .sa_flags = SA_RESTART };
	size_t i;

	action.sa_handler = on_engines;
	sigfillset(&action.sa_mask);
	for (i = 0; i < ENGINES; i++) {
		came[i] = 0;
		sigaction(engines[i], &action, &old_actions[i]);
	}
	writing = 1;
	engines_mask(SIG_UNBLOCK);
}

void terminal_write_ends(void)
{
	size_t i;

	engines_mask(SIG_BLOCK);
	writing = 0;
	for (i = 0; i < ENGINES; i++) {
		sigaction(engines[i], &old_actions[i], NULL);
		if (came[i])
			raise(engines[i]);
	}
}
