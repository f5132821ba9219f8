/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "store/item_names.h"

#include <string.h>

#include "facts/array.h"
#include "facts/page.h"
#include "facts/vma.h"

const char *const item_kinds[VMA_KINDS] = {
	[VMA_ANON] = "anon",	   [VMA_HEAP] = "heap",	  [VMA_STACK] = "stack",
	[VMA_FILE] = "file",	   [VMA_SHMEM] = "shmem", [VMA_HUGETLB] = "hugetlb",
	[VMA_SPECIAL] = "special",
};

const char *const item_sources[ARRAY_SOURCES] = {
	[ARRAY_PYTHON] = "python", [ARRAY_ELF] = "elf",		[ARRAY_HEAP] = "heap",
	[ARRAY_MARK] = "mark",	   [ARRAY_MAPPING] = "mapping",
};

const char *const item_states[PAGE_STATES] = {
	[PAGE_ABSENT] = "absent", [PAGE_ZERO] = "zero",		  [PAGE_ZERO_HUGE] = "zero_huge",
	[PAGE_ANON] = "anon",	  [PAGE_ANON_HUGE] = "anon_huge", [PAGE_FILE] = "file",
	[PAGE_SHMEM] = "shmem",	  [PAGE_SWAPPED] = "swapped",	  [PAGE_GUARD] = "guard",
};

size_t item_index(const char *word, const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; word && i < count; i++) {
		if (!strcmp(word, words[i]))
			return i;
	}
	return count;
}
