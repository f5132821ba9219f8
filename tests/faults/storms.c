/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * For each line, children that end at once, one after the other; with a rate, so many a second.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void step(struct timespec *at, long rate)
{
	at->tv_nsec += 1000000000 / rate;
	at->tv_sec += at->tv_nsec / 1000000000;
	at->tv_nsec %= 1000000000;
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, at, NULL);
}

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 0, rate = argc > 2 ? atol(argv[2]) : 0, i;
	struct timespec at;

	puts("READY");
	fflush(stdout);
	while (getchar() != EOF) {
		clock_gettime(CLOCK_MONOTONIC, &at);
		for (i = 0; i < count; i++) {
			pid_t child = fork();

			if (child < 0)
				return 1;
			if (!child)
				_exit(0);
			waitpid(child, NULL, 0);
			if (rate)
				step(&at, rate);
		}
		puts("DONE");
		fflush(stdout);
	}
	return 0;
}
