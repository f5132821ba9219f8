/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Executes itself so many times, as fast as it can; each image writes pages at one place. With
 * "shared": once, while another process goes on in its memory, which ends on the next line.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES 300
#define FEW 100 /* more than anything else touches */
#define PLACE ((void *)0x200000000000)

static int wait_for_end(void *pipe)
{
	char byte;

	_exit(read(*(int *)pipe, &byte, 1) != 1);
}

static void write_pages(int pages)
{
	char *block = mmap(PLACE, (size_t)pages * 4096, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	int i;

	for (i = 0; i < pages; i++)
		block[i * 4096] = 1;
}

static int leave_memory(const char *self)
{
	static char stack[65536];
	static int ends[2];
	char end[16], child[16];

	write_pages(PAGES);
	if (pipe(ends))
		return 1;
	snprintf(child, sizeof(child), "%d",
		 clone(wait_for_end, stack + sizeof(stack), CLONE_VM | SIGCHLD, ends));
	snprintf(end, sizeof(end), "%d", ends[1]);
	return execl(self, self, "left", end, child, (char *)NULL);
}

static int end_child(int end, int child)
{
	int status;

	puts("LEFT");
	fflush(stdout);
	getchar();
	if (write(end, "", 1) != 1 || waitpid(child, &status, 0) != child || status)
		return 1;
	puts("DONE");
	fflush(stdout);
	getchar();
	return 0;
}

int main(int argc, char **argv)
{
	char left[16];

	if (argc > 3)
		return end_child(atoi(argv[2]), atoi(argv[3]));
	if (argc == 2) {
		puts("READY");
		fflush(stdout);
		getchar();
	}
	if (argc == 2 && !strcmp(argv[1], "shared"))
		return leave_memory(argv[0]);
	write_pages(FEW);
	if (atoi(argv[1]) <= 0)
		return 0;
	snprintf(left, sizeof(left), "%d", atoi(argv[1]) - 1);
	return execl(argv[0], argv[0], left, "more", (char *)NULL);
}
