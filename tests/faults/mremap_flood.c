/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A block that grows by 1 MiB a call up to 1 GiB, again and again, until a timer ends it after one
 * second: prints how many milliseconds late its signal came.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define STEP (1ul << 20)
#define MOST (1ul << 30)

static volatile double start;

static double now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void on_alarm(int number)
{
	char text[64];
	int length =
		snprintf(text, sizeof(text), "late %ld\n", (long)((now() - start - 1.0) * 1000.0));

	(void)number;
	_exit(write(1, text, (size_t)length) != length);
}

int main(void)
{
	unsigned long bytes = STEP;
	char *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	start = now();
	signal(SIGALRM, on_alarm);
	alarm(1);
	while (block != MAP_FAILED) {
		if (bytes == MOST) {
			munmap(block, bytes);
			bytes = STEP;
			block = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			continue;
		}
		block = mremap(block, bytes, bytes + STEP, MREMAP_MAYMOVE);
		if (block != MAP_FAILED)
			block[bytes] = 1;
		bytes += STEP;
	}
	return 1;
}
