/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Pointers, read only if their page is present. */
#include "arrays/elf_pointers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arrays/elf_chosen.h"
#include "arrays/malloc_chunk.h"
#include "arrays/symbol_miss.h"
#include "base/array.h"
#include "collect/elf/elf_symbol.h"
#include "collect/elf/mapped_file.h"
#include "collect/memory/memsrc.h"
#include "collect/proc/maps.h"

#define CACHE_PAGES 64u /* all reads bypass it, because a heap changes */
#define LOOKS_MAX 3	/* at a symbol that changes meanwhile */

struct follow {
	struct memsrc *memsrc;
	const struct vma_list *vmas;
	uint64_t page_bytes;
	const char *problem;
	const struct symbol_list *symbols;
	struct symbol_miss_list *misses;
};

static bool defines_symbol(int fd, const char *symbol)
{
	uint64_t offset;

	return !elf_symbol_offset(fd, symbol, &offset);
}

/* The dynamic linker has its own malloc until libc's takes over (glibc, elf/dl-minimal.c). */
static bool is_linker(const struct elf_image *image)
{
	size_t length;
	const char *name = elf_image_name(image, &length);

	return (length > 8 && !strncmp(name, "ld-linux", 8)) ||
	       (length > 5 && (!strncmp(name, "ld-2.", 5) || !strncmp(name, "ld64.", 5)));
}

/*
 * Any file that defines malloc may be the one in use, so it is known only if glibc's is the only
 * one. A static program has glibc's malloc if the function behind malloc has glibc's name.
 */
int malloc_problem(const struct proc *proc, const struct elf_image_list *images, char *problem,
		   size_t size)
{
	bool found = false;
	size_t i;

	problem[0] = '\0';
	for (i = 0; i < images->count; i++) {
		const struct elf_image *image = &images->images[i];
		bool glibc, other;
		const char *name;
		size_t length;
		int fd;

		if (is_linker(image))
			continue;
		fd = mapped_file_open(proc, image->vma);
		if (fd == -ESRCH || fd == -ENOMEM)
			return fd;
		other = fd >= 0 && defines_symbol(fd, "malloc");
		glibc = other && (defines_symbol(fd, "gnu_get_libc_version") ||
				  defines_symbol(fd, "_int_malloc"));
		if (fd >= 0)
			close(fd);
		found |= glibc;
		if (!other || glibc)
			continue;
		name = elf_image_name(image, &length);
		snprintf(problem, size, "malloc may come from %.*s", (int)length, name);
		return 0;
	}
	if (!found)
		snprintf(problem, size, "glibc's malloc was not found in this program");
	return 0;
}

static int length_by_malloc(const struct follow *follow, uint64_t address, uint64_t *ret)
{
	int err = -EINVAL, i;

	for (i = 0; err == -EINVAL && i < LOOKS_MAX; i++)
		err = malloc_chunk_bytes(follow->memsrc, follow->vmas, follow->page_bytes, address,
					 ret);
	return err;
}

/* The length of the block at address: 0 and *bytes, 1 after a miss was added, or -errno. */
static int find_length(const struct follow *follow, const struct elf_pointer *pointer,
		       uint64_t address, uint64_t *bytes)
{
	const struct symbol_spec *spec = &follow->symbols->specs[pointer->spec];
	const char *reason;
	int err;

	*bytes = spec->bytes;
	if (*bytes)
		return 0;
	if (*follow->problem) {
		err = symbol_miss(follow->misses, follow->symbols, pointer->spec,
				  "points to 0x%" PRIx64
				  ", of unknown length: %s (give it: '*NAME=LEN')",
				  address, follow->problem);
		return err ? err : 1;
	}
	err = length_by_malloc(follow, address, bytes);
	if (!err || err == -ESRCH || err == -ENOMEM)
		return err;
	if (err == -EINVAL)
		reason = "where no malloc block begins (give the length: '*NAME=LEN')";
	else if (err == -ESTALE)
		reason = "a malloc block that was freed";
	else
		reason = "a block whose header is not in memory (give the length: '*NAME=LEN')";
	err = symbol_miss(follow->misses, follow->symbols, pointer->spec,
			  "points to 0x%" PRIx64 ", %s", address, reason);
	return err ? err : 1;
}

static int add_block(const struct elf_pointer *pointer, uint64_t start, uint64_t end,
		     struct array_list *ret)
{
	struct array_desc array = {
		.source = ARRAY_ELF,
		.start = start,
		.end = end,
		.object = pointer->address,
		.asked_for = true,
	};

	if (array_reserve((void **)&ret->arrays, &ret->capacity, ret->count + 1,
			  sizeof(*ret->arrays)))
		return -ENOMEM;
	array.name = strdup(pointer->name);
	if (!array.name)
		return -ENOMEM;
	ret->arrays[ret->count++] = array;
	return elf_array_add_alias(&ret->arrays[ret->count - 1], pointer->plain);
}

static int follow_one(const struct follow *follow, const struct elf_pointer *pointer,
		      struct array_list *ret)
{
	uint64_t address = 0, bytes, end;
	int err;

	err = memsrc__read_again(follow->memsrc, pointer->address, &address, sizeof(address));
	if (err == -EFAULT)
		return symbol_miss(
			follow->misses, follow->symbols, pointer->spec,
			"is on a page that nothing has touched yet, or that is swapped out");
	if (err)
		return err;
	if (!address)
		return symbol_miss(follow->misses, follow->symbols, pointer->spec,
				   "is NULL: it points to nothing now");
	if (!vma_list__find(follow->vmas, address))
		return symbol_miss(follow->misses, follow->symbols, pointer->spec,
				   "points to 0x%" PRIx64 ", where nothing is mapped", address);
	err = find_length(follow, pointer, address, &bytes);
	if (err)
		return err > 0 ? 0 : err;
	if (__builtin_add_overflow(address, bytes, &end))
		return symbol_miss(follow->misses, follow->symbols, pointer->spec,
				   "points to 0x%" PRIx64 ": that length exceeds the address space",
				   address);
	return add_block(pointer, address, end, ret);
}

/*
 * A library's variable may have a second place in the program (a copy relocation), and only one of
 * them is used. So a symbol is not missing if one of its pointers has a block.
 */
static int keep_misses(const struct symbol_miss_list *own, const struct elf_pointer *pointers,
		       const bool *has_block, size_t count, struct symbol_miss_list *misses)
{
	struct symbol_miss_list kept = { 0 };
	size_t i, j;
	int err;

	kept.misses = calloc(own->count + 1, sizeof(*kept.misses));
	if (!kept.misses)
		return -ENOMEM;
	for (i = 0; i < own->count; i++) {
		bool found = false;

		for (j = 0; j < count; j++)
			found |= has_block[j] && pointers[j].spec == own->misses[i].spec;
		if (!found)
			kept.misses[kept.count++] = own->misses[i];
	}
	err = symbol_misses_copy(misses, &kept);
	free(kept.misses);
	return err;
}

static int follow_all(struct follow *follow, const struct elf_pointer *pointers, size_t count,
		      struct array_list *ret, struct symbol_miss_list *misses)
{
	bool *has_block = calloc(count, sizeof(*has_block));
	size_t i;
	int err = has_block ? 0 : -ENOMEM;

	for (i = 0; !err && i < count; i++) {
		size_t before = ret->count;

		err = follow_one(follow, &pointers[i], ret);
		has_block[i] = ret->count > before;
	}
	if (!err)
		err = keep_misses(follow->misses, pointers, has_block, count, misses);
	free(has_block);
	return err;
}

int elf_pointers_follow(const struct proc *proc, const struct vma_list *vmas, uint64_t page_bytes,
			const struct symbol_list *symbols, const struct elf_pointer *pointers,
			size_t count, const char *problem, struct array_list *ret,
			struct symbol_miss_list *misses)
{
	struct symbol_miss_list own = { 0 };
	struct follow follow = { .vmas = vmas,
				 .page_bytes = page_bytes,
				 .problem = problem,
				 .symbols = symbols,
				 .misses = &own };
	size_t i;
	int err;

	if (!count)
		return 0;
	err = memsrc__open_live(proc, page_bytes, CACHE_PAGES, &follow.memsrc);
	for (i = 0; err && err != -ESRCH && err != -ENOMEM && i < count; i++) {
		if (symbol_miss(misses, symbols, pointers[i].spec,
				"is in memory that you are not allowed to read"))
			err = -ENOMEM;
	}
	if (err)
		return err == -ESRCH || err == -ENOMEM ? err : 0;
	err = follow_all(&follow, pointers, count, ret, misses);
	symbol_miss_list__deinit(&own);
	memsrc__close(follow.memsrc);
	return err;
}
