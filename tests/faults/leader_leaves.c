/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * leader_leaves [wait]: the first thread ends before anything is done; another one maps and
 * writes PAGES pages at BASE. wait: it says READY, and goes on at the next line of stdin.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static pthread_t first;
static char waits;

static void *outlive(void *unused)
{
	char *start, line[16];
	size_t i;

	(void)unused;
	if (pthread_join(first, NULL))
		exit(1);
	start = mmap((void *)BASE, PAGES * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (start == MAP_FAILED || madvise(start, PAGES * PAGE, MADV_NOHUGEPAGE))
		exit(1);
	for (i = 0; i < PAGES; i++)
		start[i * PAGE] = 1;
	/* Two more are read only. */
	start = mmap((void *)(BASE + PAGES * PAGE), 2 * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	if (start == MAP_FAILED)
		exit(1);
	for (i = 0; i < 2; i++)
		(void)*(volatile char *)(start + i * PAGE);
	if (waits) {
		/* Once before READY: waiting must touch no page that is new, and stdio would. */
		if (read(STDIN_FILENO, line, 0))
			exit(1);
		printf("READY %d\n", (int)getpid());
		fflush(stdout);
		if (read(STDIN_FILENO, line, sizeof(line)) < 1)
			exit(1);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	waits = argc > 1 && !strcmp(argv[1], "wait");
	first = pthread_self();
	if (pthread_create(&thread, NULL, outlive, NULL))
		return 1;
	pthread_exit(NULL);
}
