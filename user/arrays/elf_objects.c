/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The symbols of one file, relocated as the loader did, and named. */
#include "arrays/elf_objects.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arrays/symbol_name.h"
#include "base/array.h"
#include "collect/elf/debug_file.h"
#include "collect/elf/dwarf_objects.h"
#include "collect/elf/elf_symbol.h"
#include "collect/elf/mapped_file.h"

#define OBJECTS_MAX 65536u

/* One file during the reading. */
struct reading {
	const struct elf_image *image;
	const struct elf_options *options;
	struct elf_object_list *list;
	size_t first; /* first entry of the list that belongs to this file */
	uint64_t bias;
	struct elf_identity identity;
	uint64_t min_bytes; /* for what is read now */
	bool fortran;	    /* it has code from gfortran */
};

static bool is_late(const struct reading *reading)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec >=
	       reading->options->deadline_ns;
}

static bool is_asked_for(const struct reading *reading, const char *symbol)
{
	const struct symbol_list *wanted = reading->options->symbols;
	size_t i;

	for (i = 0; wanted && i < wanted->count; i++) {
		if (symbol_may_be(symbol, wanted->specs[i].name) &&
		    elf_image_is(reading->image, wanted->specs[i].binary))
			return true;
	}
	return false;
}

static bool lies_inside(const struct reading *reading, const struct elf_object *object)
{
	uint64_t end;

	return !__builtin_add_overflow(object->start, object->bytes, &end) &&
	       object->start >= reading->image->low && end <= reading->image->high;
}

static int add_symbol(void *ctx, const struct elf_symbol *symbol)
{
	struct reading *reading = ctx;
	struct elf_object_list *list = reading->list;
	struct elf_object object = { .image = reading->image,
				     .start = symbol->address + reading->bias,
				     .bytes = symbol->bytes,
				     .kind = symbol->kind,
				     .writable = symbol->writable,
				     .is_64 = reading->identity.is_64 };
	bool large = symbol->kind == ELF_DATA && symbol->writable &&
		     symbol->bytes >= reading->min_bytes;

	reading->fortran |= !strncmp(symbol->name, "_gfortran_", 10);
	object.may_be_asked_for = is_asked_for(reading, symbol->name);
	if (!symbol->defined || (!large && !object.may_be_asked_for) ||
	    (symbol->kind == ELF_DATA && !lies_inside(reading, &object)))
		return 0;
	if (list->count == OBJECTS_MAX) {
		list->cut = "there are more than 65,536 static arrays: the others have no row";
		return 0;
	}
	if (array_reserve((void **)&list->objects, &list->capacity, list->count + 1,
			  sizeof(*list->objects)))
		return -ENOMEM;
	object.symbol = strdup(symbol->name);
	if (!object.symbol)
		return -ENOMEM;
	list->objects[list->count++] = object;
	return 0;
}

static int compare_objects(const void *left, const void *right)
{
	const struct elf_object *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return strcmp(a->symbol, b->symbol);
}

static void free_object(struct elf_object *object)
{
	free(object->symbol);
	free(object->name);
	if (object->shape)
		free(object->shape->dims);
	free(object->shape);
}

/* By address; an object in two symbol tables counts once. */
static void sort_objects(struct reading *reading)
{
	struct elf_object_list *list = reading->list;
	size_t i, kept = reading->first;

	if (list->count == reading->first)
		return;
	array_sort(list->objects + reading->first, list->count - reading->first,
		   sizeof(*list->objects), compare_objects);
	for (i = reading->first; i < list->count; i++) {
		if (i > reading->first &&
		    !compare_objects(&list->objects[kept - 1], &list->objects[i]))
			free_object(&list->objects[i]);
		else
			list->objects[kept++] = list->objects[i];
	}
	list->count = kept;
}

static int name_objects(struct reading *reading)
{
	struct elf_object_list *list = reading->list;
	char name[SYMBOL_NAME_MAX];
	size_t i;

	for (i = reading->first; i < list->count; i++) {
		struct elf_object *object = &list->objects[i];

		if (is_late(reading)) {
			list->cut =
				"naming the static arrays takes too long: some have the names of their symbols";
			return 0;
		}
		if (object->name ||
		    !symbol_name(object->symbol, reading->fortran && !object->is_variable, name))
			continue;
		object->name = strdup(name);
		if (!object->name)
			return -ENOMEM;
	}
	return 0;
}

/* A procedure's variable has a symbol such as "buf.0": then the name in the source is better. */
static void take_facts(struct elf_object *object, struct dwarf_object *found)
{
	bool local = object->symbol[symbol_base_length(object->symbol)];

	if (found->name && !object->name && (local || !strchr(found->name, ':'))) {
		object->name = found->name;
		found->name = NULL;
	}
	object->is_variable = found->is_variable;
	if (found->shape && !object->shape) {
		object->shape = found->shape;
		object->shape->data = object->start;
		object->shape->writeable = object->writable;
		found->shape = NULL;
	}
}

static bool wants_facts(const struct reading *reading, const struct elf_object *object)
{
	return object->kind == ELF_DATA &&
	       (object->may_be_asked_for || object->bytes >= reading->min_bytes);
}

static int read_debug_information(struct reading *reading, int fd)
{
	struct elf_object *objects = reading->list->objects + reading->first;
	size_t count = reading->list->count - reading->first, i, j;
	struct dwarf_object *found = calloc(count + 1, sizeof(*found));
	size_t found_count = 0;
	int err;

	if (!found)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		uint64_t address = objects[i].start - reading->bias;

		if (!wants_facts(reading, &objects[i]) ||
		    (found_count && found[found_count - 1].address == address))
			continue;
		found[found_count++] = (struct dwarf_object){
			.address = address,
			.bytes = objects[i].bytes,
		};
	}
	err = dwarf_objects_fill(fd, reading->options->deadline_ns, found, found_count);
	if (err == -ETIME)
		reading->list->cut =
			"reading debug information takes too long: some static arrays have no shape";
	for (i = j = 0; i < count && j < found_count; i++) {
		if (!wants_facts(reading, &objects[i]) ||
		    objects[i].start - reading->bias != found[j].address)
			continue;
		take_facts(&objects[i], &found[j++]);
	}
	for (i = 0; i < found_count; i++) {
		free(found[i].name);
		if (found[i].shape)
			free(found[i].shape->dims);
		free(found[i].shape);
	}
	free(found);
	return err == -ENOMEM ? err : 0;
}

/* debug: descriptor of the separate file, or negative. */
static int read_file(struct reading *reading, int fd, int debug)
{
	int err;

	reading->min_bytes = reading->options->min_bytes;
	err = elf_each_symbol(fd, add_symbol, reading);
	/* For unrequested objects smaller than a page, debug files are not worth opening. */
	if (reading->min_bytes < reading->options->page_bytes)
		reading->min_bytes = reading->options->page_bytes;
	if (!err && debug >= 0 && !reading->identity.has_symtab)
		err = elf_each_symbol(debug, add_symbol, reading);
	sort_objects(reading);
	if (!err && reading->list->count > reading->first)
		err = read_debug_information(reading, reading->identity.has_dwarf ? fd : debug);
	if (!err)
		err = name_objects(reading);
	return err == -ENOMEM ? err : 0;
}

int elf_objects_add(const struct proc *proc, const struct elf_image *image,
		    const struct elf_options *options, struct elf_object_list *ret)
{
	struct reading reading = {
		.image = image, .options = options, .list = ret, .first = ret->count
	};
	int fd, debug = -ENOENT, err;

	fd = mapped_file_open(proc, image->vma);
	if (fd < 0)
		return fd == -ESRCH ? fd : 0;
	err = elf_load_bias(fd, 0, image->vma->start, options->page_bytes, &reading.bias);
	if (!err)
		err = elf_identify(fd, &reading.identity);
	if (!err && !(reading.identity.has_symtab && reading.identity.has_dwarf))
		debug = debug_file_open(proc, image->vma, &reading.identity);
	if (!err)
		err = debug == -ESRCH ? debug : read_file(&reading, fd, debug);
	if (debug >= 0)
		close(debug);
	close(fd);
	return err == -ENOMEM || err == -ESRCH ? err : 0;
}

void elf_object_list__deinit(struct elf_object_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free_object(&list->objects[i]);
	free(list->objects);
}
