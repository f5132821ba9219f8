/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The kernel's names of the structs and unions that the BPF programs read. */
#ifndef COLLECT_TYPE_NAMES_H
#define COLLECT_TYPE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct btf;

struct type_names {
	const char **names; /* sorted; they are those of the BTF that they were listed from */
	size_t count;
	size_t capacity;
};

/* Lists the names in the BTF of an object; ret: empty. The caller frees it, also after -ENOMEM. */
int type_names__list(const struct btf *object, struct type_names *ret);
bool type_names__have(const struct type_names *names, const char *name);
void type_names__free(struct type_names *names);

#endif
