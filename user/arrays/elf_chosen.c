/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * Names of chosen objects. Different files may have a global of the same name, and so may the
 * translation units, or the functions, of one file a static one.
 */
#include "arrays/elf_chosen.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

const char *elf_chosen_plain(const struct elf_chosen *chosen)
{
	return chosen->object->name ? chosen->object->name : chosen->object->symbol;
}

static int compare_words(const char *a, size_t a_length, const char *b, size_t b_length)
{
	int order = memcmp(a, b, a_length < b_length ? a_length : b_length);

	return order ? order : (a_length > b_length) - (a_length < b_length);
}

static int compare_last_parts(const struct elf_chosen *a, const struct elf_chosen *b)
{
	size_t a_length, b_length;
	const char *a_name = elf_image_name(a->object->image, &a_length);
	const char *b_name = elf_image_name(b->object->image, &b_length);

	return compare_words(a_name, a_length, b_name, b_length);
}

/* By their last parts, then by their paths: one file may be mapped twice. */
static int compare_files(const struct elf_chosen *a, const struct elf_chosen *b)
{
	size_t a_length, b_length;
	const char *a_path = elf_image_path(a->object->image, &a_length);
	const char *b_path = elf_image_path(b->object->image, &b_length);
	int order = compare_last_parts(a, b);

	return order ? order : compare_words(a_path, a_length, b_path, b_length);
}

static int compare_names(const struct elf_chosen *a, const struct elf_chosen *b)
{
	if (a->pointer != b->pointer)
		return a->pointer < b->pointer ? -1 : 1;
	return strcmp(elf_chosen_plain(a), elf_chosen_plain(b));
}

static int compare_chosen(const void *left, const void *right)
{
	const struct elf_chosen *a = left, *b = right;
	int order = compare_names(a, b);

	if (!order)
		order = compare_files(a, b);
	return order ? order
		     : (a->object->start > b->object->start) -
			       (a->object->start < b->object->start);
}

/* Of one name and file, by address. An object may be there twice: asked for, and large. */
static void number_objects(struct elf_chosen *chosen, size_t count)
{
	uint32_t number = 1;
	size_t i;

	if (chosen[0].object->start == chosen[count - 1].object->start)
		return;
	for (i = 0; i < count; i++) {
		number += i && chosen[i].object->start != chosen[i - 1].object->start;
		chosen[i].number = number;
	}
}

/* Of one name. */
static void tell_files_apart(struct elf_chosen *chosen, size_t count)
{
	enum elf_name_file file = ELF_NAME_NO_FILE;
	size_t i, first = 0;

	for (i = 1; i <= count; i++) {
		if (i < count && !compare_files(&chosen[i - 1], &chosen[i]))
			continue;
		number_objects(&chosen[first], i - first);
		first = i;
		if (i < count && !compare_last_parts(&chosen[i - 1], &chosen[i]))
			file = ELF_NAME_PATH;
		else if (i < count && file == ELF_NAME_NO_FILE)
			file = ELF_NAME_LAST_PART;
	}
	for (i = 0; i < count; i++)
		chosen[i].file = file;
}

void elf_chosen_tell_apart(struct elf_chosen *chosen, size_t count)
{
	size_t i, first = 0;

	array_sort(chosen, count, sizeof(*chosen), compare_chosen);
	for (i = 1; i <= count; i++) {
		if (i < count && !compare_names(&chosen[i - 1], &chosen[i]))
			continue;
		tell_files_apart(&chosen[first], i - first);
		first = i;
	}
}

char *elf_chosen_name(const struct elf_chosen *chosen)
{
	const struct elf_image *image = chosen->object->image;
	struct text_buffer text = { 0 };
	size_t length = 0;
	const char *file = "";
	char *name;

	if (chosen->file == ELF_NAME_LAST_PART)
		file = elf_image_name(image, &length);
	else if (chosen->file == ELF_NAME_PATH)
		file = elf_image_path(image, &length);
	text_buffer__add(&text, chosen->pointer ? "*" : "");
	text_buffer__add_bytes(&text, file, length);
	text_buffer__add(&text, length ? ":" : "");
	text_buffer__add(&text, elf_chosen_plain(chosen));
	if (chosen->number)
		text_buffer__addf(&text, "#%" PRIu32, chosen->number);
	return text_buffer__take(&text, &name) ? NULL : name;
}

int elf_array_add_alias(struct array_desc *array, const char *alias)
{
	char **aliases;
	size_t i;

	for (i = 0; i < array->alias_count; i++) {
		if (!strcmp(array->aliases[i], alias))
			return 0;
	}
	if (!strcmp(array->name, alias))
		return 0;
	aliases = reallocarray(array->aliases, array->alias_count + 1, sizeof(*aliases));
	if (!aliases)
		return -ENOMEM;
	array->aliases = aliases;
	aliases[array->alias_count] = strdup(alias);
	array->alias_total = ++array->alias_count;
	return aliases[array->alias_count - 1] ? 0 : -ENOMEM;
}
