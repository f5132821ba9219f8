/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * churn RATE SECONDS [FLOOD_SECONDS]: maps, touches and unmaps a page, each time in a chunk where
 * nothing has been before, RATE times a second. Prints READY and waits for a line, then
 * "DONE LIVES": how many there were. By then it has touched CHECK_PAGES of one more mapping, at LAST,
 * which stays. Ends with the next line. With FLOOD_SECONDS it does so as fast as it can before that,
 * prints "CALM LIVES" and waits for a line, makes a last call, prints CALLED and waits for a line.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define FIRST UINT64_C(0x100000000000)
#define LAST UINT64_C(0x500000000000)
#define TICK_NS 5000000
#define CHECK_PAGES 1009

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void wait_until(uint64_t ns)
{
	const struct timespec time = { .tv_sec = (time_t)(ns / 1000000000u),
				       .tv_nsec = (long)(ns % 1000000000u) };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL))
		;
}

static char *map_at(uint64_t address, size_t bytes)
{
	char *start = mmap((void *)(uintptr_t)address, bytes, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	if (start == MAP_FAILED) {
		perror("churn: mmap");
		exit(1);
	}
	return start;
}

static void live_once(uint64_t number, size_t page_bytes)
{
	const uint64_t chunk_bytes = 512 * page_bytes;
	uint64_t address = FIRST + number % ((LAST - FIRST) / chunk_bytes) * chunk_bytes;
	char *start = map_at(address, page_bytes);

	*(volatile char *)start = 1;
	munmap(start, page_bytes);
}

/* Both: from life number first on; returns how many there were. */
static uint64_t churn(uint64_t first, uint64_t rate, uint64_t seconds, size_t page_bytes)
{
	const uint64_t start_ns = now_ns(), end_ns = start_ns + seconds * 1000000000u;
	uint64_t tick_ns, lives = 0;

	for (tick_ns = start_ns; tick_ns < end_ns; tick_ns += TICK_NS) {
		uint64_t wanted = rate * (tick_ns - start_ns) / 1000000000u;

		for (; lives < wanted; lives++)
			live_once(first + lives, page_bytes);
		wait_until(tick_ns);
	}
	return lives;
}

/* The end of the call before may have been lost: with this one it is over for whoever watches. */
static void call_once(size_t page_bytes)
{
	munmap(map_at(LAST, page_bytes), page_bytes);
}

static uint64_t flood(uint64_t seconds, size_t page_bytes)
{
	const uint64_t end_ns = now_ns() + seconds * 1000000000u;
	uint64_t lives = 0;

	for (; now_ns() < end_ns; lives++)
		live_once(lives, page_bytes);
	return lives;
}

int main(int argc, char **argv)
{
	size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE), i;
	uint64_t lives, flooded = 0;
	char line[16], *last;

	if (argc < 3)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("READY\n");
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	if (argc > 3) {
		flooded = flood(strtoull(argv[3], NULL, 10), page_bytes);
		printf("CALM %llu\n", (unsigned long long)flooded);
		if (!fgets(line, sizeof(line), stdin))
			return 1;
		call_once(page_bytes);
		printf("CALLED\n");
		if (!fgets(line, sizeof(line), stdin))
			return 1;
	}
	lives = churn(flooded, strtoull(argv[1], NULL, 10), strtoull(argv[2], NULL, 10),
		      page_bytes);
	last = map_at(LAST, CHECK_PAGES * page_bytes);
	madvise(last, CHECK_PAGES * page_bytes, MADV_NOHUGEPAGE);
	for (i = 0; i < CHECK_PAGES; i++)
		((volatile char *)last)[i * page_bytes] = 1;
	printf("DONE %llu\n", (unsigned long long)lives);
	return !fgets(line, sizeof(line), stdin);
}
