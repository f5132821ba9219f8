/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Allocators by their symbols. */
#include "collect/elf/allocators.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "collect/elf/elf_symbol.h"

/*
 * If two names have the same address, the first counts. operator new and delete as in the Itanium
 * ABI with 64-bit sizes: plain, nothrow, aligned; delete also with the size. An operator new that
 * may throw is never probed: with a probe on its return the unwinder would find no frame there, and
 * an exception would end the program.
 */
static const struct {
	const char *name;
	enum heap_call call;
} functions[] = {
	{ "malloc", HEAP_MALLOC },
	{ "calloc", HEAP_CALLOC },
	{ "realloc", HEAP_REALLOC },
	{ "reallocarray", HEAP_REALLOCARRAY },
	{ "aligned_alloc", HEAP_ALIGNED_ALLOC },
	{ "posix_memalign", HEAP_POSIX_MEMALIGN },
	{ "memalign", HEAP_MEMALIGN },
	{ "valloc", HEAP_VALLOC },
	{ "pvalloc", HEAP_PVALLOC },
	{ "free", HEAP_FREE },
	{ "cfree", HEAP_FREE },
	{ "free_sized", HEAP_FREE },
	{ "free_aligned_sized", HEAP_FREE },
	{ "_ZnwmRKSt9nothrow_t", HEAP_NEW },
	{ "_ZnamRKSt9nothrow_t", HEAP_NEW },
	{ "_ZnwmSt11align_val_tRKSt9nothrow_t", HEAP_NEW },
	{ "_ZnamSt11align_val_tRKSt9nothrow_t", HEAP_NEW },
	{ "_ZdlPv", HEAP_FREE },
	{ "_ZdaPv", HEAP_FREE },
	{ "_ZdlPvm", HEAP_FREE },
	{ "_ZdaPvm", HEAP_FREE },
	{ "_ZdlPvRKSt9nothrow_t", HEAP_FREE },
	{ "_ZdaPvRKSt9nothrow_t", HEAP_FREE },
	{ "_ZdlPvSt11align_val_t", HEAP_FREE },
	{ "_ZdaPvSt11align_val_t", HEAP_FREE },
	{ "_ZdlPvmSt11align_val_t", HEAP_FREE },
	{ "_ZdaPvmSt11align_val_t", HEAP_FREE },
	{ "_ZdlPvSt11align_val_tRKSt9nothrow_t", HEAP_FREE },
	{ "_ZdaPvSt11align_val_tRKSt9nothrow_t", HEAP_FREE },
};

#define FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

static const char throwing_new[] = "_Znwm";

struct found {
	bool own_new;
	uint64_t offsets[FUNCTIONS];
	bool known[FUNCTIONS];
};

static int note_function(void *ctx, const char *name, uint64_t offset)
{
	struct found *found = ctx;
	size_t i;

	found->own_new |= !strcmp(name, throwing_new);
	for (i = 0; i < FUNCTIONS; i++) {
		if (found->known[i] || strcmp(functions[i].name, name))
			continue;
		found->known[i] = true;
		found->offsets[i] = offset;
	}
	return 0;
}

#ifdef __x86_64__

/* endbr64; test of two registers; cmp of a register with an 8 or 32-bit number. */
static size_t flags_only(const unsigned char *code, size_t bytes)
{
	bool rex_w = bytes >= 3 && (code[0] & 0xf8) == 0x48;
	bool on_register = bytes >= 3 && code[2] >= 0xc0;

	if (bytes >= 4 && !memcmp(code, "\xf3\x0f\x1e\xfa", 4))
		return 4;
	if (rex_w && on_register && code[1] == 0x85)
		return 3;
	if (rex_w && on_register && (code[1] == 0x81 || code[1] == 0x83) &&
	    (code[2] & 0x38) == 0x38)
		return code[1] == 0x81 ? 7 : 4;
	return 0;
}

/* arch/x86/kernel/uprobes.c: push of a register; conditional jumps, short and near. */
static bool is_emulated(const unsigned char *code, size_t bytes)
{
	if (bytes < 2)
		return false;
	if (code[0] == 0x41)
		return (code[1] & 0xf8) == 0x50;
	if (code[0] == 0x0f)
		return (code[1] & 0xf0) == 0x80;
	return (code[0] & 0xf8) == 0x50 || (code[0] & 0xf0) == 0x70;
}

size_t allocator_skip(const unsigned char *code, size_t bytes)
{
	size_t skipped = 0, step;

	while (skipped < bytes && (step = flags_only(code + skipped, bytes - skipped)))
		skipped += step;
	return skipped < bytes && is_emulated(code + skipped, bytes - skipped) ? skipped : 0;
}

#else

size_t allocator_skip(const unsigned char *code, size_t bytes)
{
	(void)code;
	(void)bytes;
	return 0;
}

#endif

static uint64_t probe_offset(int fd, uint64_t offset)
{
	unsigned char code[24];
	ssize_t got = pread(fd, code, sizeof(code), (off_t)offset);

	return got > 0 ? offset + allocator_skip(code, (size_t)got) : offset;
}

static bool is_listed(const struct heap_point *points, size_t count, uint64_t offset)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (points[i].offset == offset)
			return true;
	}
	return false;
}

_Static_assert(FUNCTIONS <= ALLOCATOR_POINTS_MAX, "room for each function");

int allocator_points(int fd, struct heap_point points[ALLOCATOR_POINTS_MAX], size_t *count,
		     bool *own_new)
{
	struct found found = { 0 };
	size_t i;
	int err;

	*count = 0;
	*own_new = false;
	err = elf_each_function(fd, note_function, &found);
	if (err)
		return err;
	/* A file that has only operator new calls another file's malloc. */
	if (!found.known[0])
		return -ENOENT;
	*own_new = found.own_new;
	for (i = 0; i < FUNCTIONS; i++) {
		uint64_t offset;

		if (!found.known[i])
			continue;
		offset = probe_offset(fd, found.offsets[i]);
		if (!is_listed(points, *count, offset))
			points[(*count)++] = (struct heap_point){ offset, functions[i].call };
	}
	return 0;
}
