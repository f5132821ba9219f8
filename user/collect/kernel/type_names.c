/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/kernel/type_names.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* libbpf (bpf_core_essential_name_len) takes what comes before ___ for the kernel's name of a type. */
static bool name_ends(const char *at)
{
	return !*at || !strncmp(at, "___", 3);
}

static int compare_names(const void *left, const void *right)
{
	const char *first = *(const char *const *)left, *second = *(const char *const *)right;

	for (; *first == *second && !name_ends(first) && !name_ends(second); first++, second++)
		;
	return (name_ends(first) ? 0 : *first) - (name_ends(second) ? 0 : *second);
}

int type_names__list(const struct btf *object, struct type_names *ret)
{
	uint32_t count = btf__type_cnt(object), i;

	for (i = 1; i < count; i++) {
		const struct btf_type *type = btf__type_by_id(object, i);
		const char *name = btf__name_by_offset(object, type->name_off);

		if (!btf_is_composite(type) || !*name)
			continue;
		if (array_reserve((void **)&ret->names, &ret->capacity, ret->count + 1,
				  sizeof(*ret->names)))
			return -ENOMEM;
		ret->names[ret->count++] = name;
	}
	array_sort(ret->names, ret->count, sizeof(*ret->names), compare_names);
	return 0;
}

bool type_names__have(const struct type_names *names, const char *name)
{
	return array_find(&name, names->names, names->count, sizeof(name), compare_names);
}

void type_names__free(struct type_names *names)
{
	free(names->names);
}
