/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * A program that loads a library with a malloc of its own, and has as many mappings then as
 * before. With -DLIBRARY: that library.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define BYTES 5000000u
#define SPARE 64u

#ifdef LIBRARY

void *malloc(size_t bytes)
{
	void *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return block == MAP_FAILED ? NULL : block;
}

void free(void *block)
{
	(void)block;
}

#else

static size_t count_mappings(void)
{
	FILE *file = fopen("/proc/self/maps", "r");
	size_t lines = 0;
	int byte;

	while (file && (byte = getc(file)) != EOF)
		lines += byte == '\n';
	if (file)
		fclose(file);
	return lines;
}

/* Every other page of the spare ones: each is a mapping of its own. */
static char *map_spare(size_t page)
{
	char *spare = mmap(NULL, 2 * SPARE * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	for (i = 0; spare != MAP_FAILED && i < SPARE; i++) {
		if (mprotect(spare + 2 * i * page, page, PROT_READ))
			return NULL;
	}
	return spare == MAP_FAILED ? NULL : spare;
}

int main(int argc, char **argv)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), before, i;
	char *spare = map_spare(page);
	void *(*own_malloc)(size_t);
	void *library;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 2 || !spare)
		return 1;
	puts("READY");
	getchar();
	before = count_mappings();
	library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return 1;
	*(void **)&own_malloc = dlsym(library, "malloc");
	for (i = 0; i < SPARE && count_mappings() > before; i++)
		if (mprotect(spare + 2 * i * page, page, PROT_NONE))
			return 1;
	if (count_mappings() != before)
		puts("UNEVEN");
	puts("LOADED");
	getchar();
	if (!own_malloc(BYTES))
		return 1;
	puts("ALLOCATED");
	getchar();
	return 0;
}

#endif
