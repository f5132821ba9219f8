/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Lives that end while processes come and go.
 *
 *   family WHO  touches and unmaps 1,000 pages, has a child (WHO has "c": it ends by itself;
 *               "k": it touches and unmaps 500 and is killed), then 300 pages more
 *   chain N     touches and unmaps N * 100 pages, then executes itself as chain N - 1
 *   fork N      N children, one after the other, each gone at once
 *   sizes N     N children, the n-th with n pages more than the first, from the smallest to the
 *               largest and back
 *   crowd N     N children that wait; all end when stdin does
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void use(size_t pages)
{
	size_t bytes = pages * (size_t)sysconf(_SC_PAGESIZE);
	char *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (block == MAP_FAILED)
		_exit(9);
	madvise(block, bytes, MADV_NOHUGEPAGE);
	memset(block, 1, bytes);
	munmap(block, bytes);
}

static void family(const char *who)
{
	for (use(1000); *who; who++) {
		pid_t pid = fork();

		if (!pid && *who == 'k') {
			use(500);
			raise(SIGKILL);
		}
		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	use(300);
}

static void chain(char *self, int left)
{
	char number[16];

	if (!left)
		return;
	use((size_t)left * 100);
	snprintf(number, sizeof(number), "%d", left - 1);
	execl(self, self, "chain", number, (char *)NULL);
}

static void fork_each(int count)
{
	while (count--) {
		pid_t pid = fork();

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

static void grow(size_t pages)
{
	size_t bytes = (pages + 1) * (size_t)sysconf(_SC_PAGESIZE);
	char *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (block == MAP_FAILED)
		_exit(9);
	madvise(block, bytes, MADV_NOHUGEPAGE);
	memset(block, 1, bytes);
	_exit(0);
}

static void sizes(int count)
{
	int i;

	for (i = 0; i < count; i++) {
		pid_t pid = fork();

		/* Odd ones first, then the even ones from the top down. */
		if (!pid)
			grow((size_t)(2 * i < count ? 2 * i + 1 : 2 * (count - 1 - i)) * 16);
		waitpid(pid, NULL, 0);
	}
}

static void crowd(int count)
{
	int ends[2], i;
	char byte;

	if (pipe(ends))
		_exit(9);
	for (i = 0; i < count; i++) {
		if (fork())
			continue;
		close(ends[1]);
		if (read(ends[0], &byte, 1))
			_exit(9);
		_exit(0);
	}
	printf("DONE\n");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	close(ends[1]);
	while (wait(NULL) > 0)
		;
}

/* READY is said to whoever attaches; a line lets it go on. */
static void wait_for_watcher(void)
{
	printf("READY %d\n", (int)getpid());
	fflush(stdout);
	while (getchar() != '\n' && !feof(stdin))
		;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (argc > 3)
		wait_for_watcher();
	if (!strcmp(argv[1], "family"))
		family(argv[2]);
	else if (!strcmp(argv[1], "chain"))
		chain(argv[0], atoi(argv[2]));
	else if (!strcmp(argv[1], "fork"))
		fork_each(atoi(argv[2]));
	else if (!strcmp(argv[1], "sizes"))
		sizes(atoi(argv[2]));
	else if (!strcmp(argv[1], "crowd"))
		crowd(atoi(argv[2]));
	else
		return 2;
	return 0;
}
