/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * slow_allocator LIBRARY: one thread is in the library's malloc while another one calls it.
 * With -DLIBRARY: that library, whose malloc waits for a byte if the size is odd.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define BYTES 5000000u

#ifdef LIBRARY

int entered[2], left[2]; /* pipes */

void *malloc(size_t bytes)
{
	void *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char byte = 0;

	if (bytes % 2 && (write(entered[1], &byte, 1) != 1 || read(left[0], &byte, 1) != 1))
		return NULL;
	return block == MAP_FAILED ? NULL : block;
}

void free(void *block)
{
	(void)block;
}

#else

static void *(*allocate)(size_t bytes);

static void *allocate_slowly(void *unused)
{
	(void)unused;
	return allocate(BYTES + 1);
}

int main(int argc, char **argv)
{
	void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
	int *entered = library ? dlsym(library, "entered") : NULL;
	int *left = library ? dlsym(library, "left") : NULL;
	pthread_t thread;
	char byte;

	if (!library || pipe(entered) || pipe(left))
		return 1;
	allocate = (void *(*)(size_t))dlsym(library, "malloc");
	puts("READY");
	fflush(stdout);
	getchar();
	if (pthread_create(&thread, NULL, allocate_slowly, NULL) || read(entered[0], &byte, 1) != 1)
		return 1;
	if (!allocate(BYTES) || write(left[1], &byte, 1) != 1 || pthread_join(thread, NULL))
		return 1;
	puts("DONE");
	fflush(stdout);
	getchar();
	return 0;
}

#endif
