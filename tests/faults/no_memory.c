/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * To preload: allocation number FAIL_AT of the program fails, and FAIL_TOLD (a descriptor) hears
 * of it. What the program executes is left alone.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static atomic_long left;
static int told = -1;

__attribute__((constructor)) static void begin(void)
{
	const char *at = getenv("FAIL_AT"), *fd = getenv("FAIL_TOLD");

	told = fd ? atoi(fd) : -1;
	left = at ? atol(at) : 0;
	unsetenv("LD_PRELOAD");
	unsetenv("FAIL_AT");
	unsetenv("FAIL_TOLD");
}

static int fails(void)
{
	if (atomic_fetch_sub(&left, 1) != 1)
		return 0;
	/* The guardian has closed what it does not need. */
	if (told >= 0 && write(told, "!", 1) != 1)
		told = -1;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
	return fails() ? NULL : __libc_realloc(block, size);
}

void *reallocarray(void *block, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(block, bytes);
}

void *memalign(size_t alignment, size_t size)
{
	return fails() ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int posix_memalign(void **ret, size_t alignment, size_t size)
{
	*ret = memalign(alignment, size);
	return *ret ? 0 : ENOMEM;
}
