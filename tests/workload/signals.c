/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * signals THREADS: counts each SIGRTMIN that arrives, whichever of its threads it comes to, while
 * they sleep, run, and sit in system calls. Prints READY, and on a line of input the count, and
 * how many system calls that the kernel restarts by itself were interrupted all the same.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static atomic_uint arrived;
static atomic_uint interrupted;
static atomic_bool over;

static void on_signal(int number)
{
	(void)number;
	atomic_fetch_add(&arrived, 1);
}

static void *spin(void *unused)
{
	while (!atomic_load(&over))
		;
	return unused;
}

/* Signals are blocked here: nothing but a stop can end a sleep early, and that restarts it. */
static void *sleep_on(void *unused)
{
	static const struct timespec little = { .tv_nsec = 300000 };
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	while (!atomic_load(&over)) {
		if (nanosleep(&little, NULL) && errno == EINTR)
			atomic_fetch_add(&interrupted, 1);
	}
	return unused;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	int count = argc == 2 ? atoi(argv[1]) : 0, i;
	pthread_t threads[64];
	char byte;

	if (count < 1 || count > 64)
		return 2;
	sigaction(SIGRTMIN, &action, NULL);
	for (i = 0; i < count; i++)
		pthread_create(&threads[i], NULL, i % 2 ? spin : sleep_on, NULL);
	printf("READY\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) < 0)
		atomic_fetch_add(&interrupted, 1);
	atomic_store(&over, true);
	for (i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	printf("COUNT %u %u\n", atomic_load(&arrived), atomic_load(&interrupted));
	return 0;
}
