/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* An object that gets a row, and a name that no other object has. */
#ifndef ARRAYS_ELF_CHOSEN_H
#define ARRAYS_ELF_CHOSEN_H

#include "arrays/elf_objects.h"
#include "facts/array.h"

/* How much of its file's path stands before the name. */
enum elf_name_file { ELF_NAME_NO_FILE, ELF_NAME_LAST_PART, ELF_NAME_PATH };

struct elf_chosen {
	struct elf_object *object;
	size_t spec;
	bool asked_for; /* by spec; otherwise it is just large */
	bool pointer;
	enum elf_name_file file;
	uint32_t number; /* among the objects of its file with that name; 0: it is the only one */
};

/* The name in the source, which other objects may have as well. */
const char *elf_chosen_plain(const struct elf_chosen *chosen);

/* Sets file and number of each, so that their names differ. The order becomes another. */
void elf_chosen_tell_apart(struct elf_chosen *chosen, size_t count);

/*
 * The name of its row: "grid", "libgrid.so:grid", "grid#2"; with a "*" in front, that of what a
 * pointer points to. malloc'd; NULL: no memory.
 */
char *elf_chosen_name(const struct elf_chosen *chosen);

/* Copies one more name of the array, if it does not have it yet. 0 or -ENOMEM. */
int elf_array_add_alias(struct array_desc *array, const char *alias);

#endif
