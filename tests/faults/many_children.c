/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Children that end at once, one after the other; then children that live until a line comes.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long ending = argc > 1 ? atol(argv[1]) : 0, living = argc > 2 ? atol(argv[2]) : 0, i;
	int until[2];
	char byte;

	if (pipe(until))
		return 1;
	puts("READY");
	fflush(stdout);
	getchar();
	for (i = 0; i < ending; i++) {
		if (!fork())
			_exit(0);
		wait(NULL);
	}
	for (i = 0; i < living; i++) {
		if (!fork()) {
			close(until[1]);
			_exit(read(until[0], &byte, 1) != 0);
		}
	}
	puts("DONE");
	fflush(stdout);
	getchar();
	close(until[1]);
	while (wait(NULL) > 0)
		;
	return 0;
}
