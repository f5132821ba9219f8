/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "model/item_names.h"

#include <string.h>

#include "facts/array.h"
#include "facts/cached.h"
#include "facts/vma.h"

const char *const item_kinds[VMA_KINDS] = {
	[VMA_ANON] = "anon",	   [VMA_HEAP] = "heap",	  [VMA_STACK] = "stack",
	[VMA_FILE] = "file",	   [VMA_SHMEM] = "shmem", [VMA_HUGETLB] = "hugetlb",
	[VMA_SPECIAL] = "special",
};

const char *const item_sources[ARRAY_SOURCES] = {
	[ARRAY_PYTHON] = "python", [ARRAY_ELF] = "elf",		[ARRAY_HEAP] = "heap",
	[ARRAY_MARK] = "mark",	   [ARRAY_MAPPING] = "mapping", [ARRAY_FILE] = "file",
};

const char *const item_answers[CACHED_ANSWERS] = {
	[CACHED_KNOWN] = "known",   [CACHED_HIDDEN] = "hidden", [CACHED_CLOSED] = "closed",
	[CACHED_UNTOLD] = "untold", [CACHED_LATE] = "late",
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
