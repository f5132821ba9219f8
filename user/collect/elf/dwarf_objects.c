/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Walks over the variables of all compilation units until the wanted ones are found. */
#include "collect/elf/dwarf_objects.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "collect/elf/dwarf_type.h"
#include "collect/elf/elf_priv.h"
#include "collect/elf/elf_symtab.h"

#define DEPTH_MAX 32u	    /* of scopes in scopes */
#define SCOPE_NAME_MAX 512u /* bytes of "module::procedure" */
#define DEBUG_BYTES_MAX (256ull << 20)

struct walk {
	struct dwarf_object *objects;
	size_t count;
	size_t left; /* objects that were not found yet */
	uint64_t deadline_ns;
	uint64_t dies;
	int language;
	bool in_procedure;
	char scope[SCOPE_NAME_MAX]; /* "module::procedure", or "" */
	const char *info;	    /* .debug_info in libdw's memory */
	size_t info_bytes;
};

/*
 * A string within .debug_info may be unterminated, and libdw does not check; in .debug_str it does.
 */
static const char *name_of(const struct walk *walk, Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	const char *name;

	if (!dwarf_attr_integrate(die, DW_AT_name, &attribute))
		return NULL;
	name = dwarf_formstring(&attribute);
	if (!name || dwarf_whatform(&attribute) != DW_FORM_string)
		return name;
	if (name < walk->info || name >= walk->info + walk->info_bytes ||
	    !memchr(name, '\0', (size_t)(walk->info + walk->info_bytes - name)))
		return NULL;
	return name;
}

static bool is_late(struct walk *walk)
{
	struct timespec now;

	if (walk->dies++ % 1024)
		return false;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec >= walk->deadline_ns;
}

static bool address_of(Dwarf_Die *die, uint64_t *ret)
{
	Dwarf_Attribute location, address;
	Dwarf_Addr value;
	Dwarf_Op *ops;
	size_t count;

	if (dwarf_getlocation(dwarf_attr(die, DW_AT_location, &location), &ops, &count) ||
	    count != 1)
		return false;
	if (ops[0].atom == DW_OP_addr) {
		*ret = ops[0].number;
		return true;
	}
	if (ops[0].atom != DW_OP_addrx || dwarf_getlocation_attr(&location, &ops[0], &address) ||
	    dwarf_formaddr(&address, &value))
		return false;
	*ret = value;
	return true;
}

static int compare_address(const void *key, const void *element)
{
	const struct dwarf_object *object = element;
	const uint64_t *address = key;

	return (*address > object->address) - (*address < object->address);
}

static struct dwarf_object *find_object(struct walk *walk, Dwarf_Die *die)
{
	uint64_t address;

	if (!address_of(die, &address))
		return NULL;
	return array_find(&address, walk->objects, walk->count, sizeof(*walk->objects),
			  compare_address);
}

/* Returns false and does nothing if it does not fit. */
static bool enter_scope(struct walk *walk, const char *name)
{
	size_t used = strlen(walk->scope), wanted = name ? strlen(name) : 0;

	if (!wanted || used + wanted + sizeof("::") > sizeof(walk->scope))
		return false;
	if (used) {
		memcpy(walk->scope + used, "::", 2);
		used += 2;
	}
	memcpy(walk->scope + used, name, wanted + 1);
	return true;
}

static int set_name(struct walk *walk, struct dwarf_object *object, const char *name)
{
	size_t used = strlen(walk->scope);

	if (object->name || !enter_scope(walk, name))
		return 0;
	object->name = strdup(walk->scope);
	walk->scope[used] = '\0';
	return object->name ? 0 : -ENOMEM;
}

static int on_variable(struct walk *walk, Dwarf_Die *die)
{
	struct dwarf_object *object = find_object(walk, die);
	bool was_empty;
	int err = 0;

	if (!object)
		return 0;
	was_empty = !object->name && !object->shape;
	if (!object->name)
		object->is_variable = true;
	if (walk->in_procedure)
		err = set_name(walk, object, name_of(walk, die));
	if (!err && !object->shape) {
		err = dwarf_shape_of(die, walk->language, object->bytes, &object->shape);
		if (err == -ENODATA)
			err = 0;
	}
	if (was_empty && (object->name || object->shape))
		walk->left--;
	return err;
}

/*
 * A common block has the address of its first member; a member as large as the block gives it its
 * shape.
 */
static int on_common(struct walk *walk, Dwarf_Die *die)
{
	const char *name = name_of(walk, die);
	Dwarf_Die member;
	int more, err = 0;

	more = dwarf_child(die, &member);
	while (!more && !err) {
		struct dwarf_object *object = find_object(walk, &member);

		if (is_late(walk))
			return -ETIME;
		if (object && !object->name && name && strlen(name) < SCOPE_NAME_MAX) {
			object->name = strdup(name);
			if (!object->name)
				return -ENOMEM;
			walk->left -= !object->shape;
		}
		if (object && object->name)
			err = on_variable(walk, &member);
		more = dwarf_siblingof(&member, &member);
	}
	return err;
}

static int walk_below(struct walk *walk, Dwarf_Die *parent, unsigned int depth);

/*
 * A procedure's variable is named after it. If the procedure has no name, or too long a one, the
 * variable gets none.
 */
static int on_scope(struct walk *walk, Dwarf_Die *die, unsigned int depth)
{
	size_t used = strlen(walk->scope);
	bool was_in_procedure = walk->in_procedure;
	int err;

	switch (dwarf_tag(die)) {
	case DW_TAG_subprogram:
		walk->in_procedure = enter_scope(walk, name_of(walk, die));
		break;
	case DW_TAG_module:
	case DW_TAG_namespace:
		enter_scope(walk, name_of(walk, die));
		break;
	default:
		break;
	}
	err = walk_below(walk, die, depth + 1);
	walk->scope[used] = '\0';
	walk->in_procedure = was_in_procedure;
	return err;
}

static int walk_below(struct walk *walk, Dwarf_Die *parent, unsigned int depth)
{
	Dwarf_Die die;
	int more, err = 0;

	if (depth > DEPTH_MAX)
		return 0;
	more = dwarf_child(parent, &die);
	while (!more && !err && walk->left) {
		if (is_late(walk))
			return -ETIME;
		switch (dwarf_tag(&die)) {
		case DW_TAG_variable:
			err = on_variable(walk, &die);
			break;
		case DW_TAG_common_block:
			err = on_common(walk, &die);
			break;
		case DW_TAG_module:
		case DW_TAG_namespace:
		case DW_TAG_subprogram:
		case DW_TAG_lexical_block:
			err = on_scope(walk, &die, depth);
			break;
		default:
			break;
		}
		more = dwarf_siblingof(&die, &die);
	}
	return err;
}

/* Units of this file only: for split units libdw would open any path that they name. */
static int walk_units(struct walk *walk, Dwarf *dwarf)
{
	Dwarf_CU *unit = NULL;
	int err = 0;

	while (!err && walk->left) {
		Dwarf_Die die;

		if (is_late(walk))
			return -ETIME;
		if (dwarf_get_units(dwarf, unit, &unit, NULL, NULL, &die, NULL))
			break;
		if (dwarf_tag(&die) != DW_TAG_compile_unit)
			continue;
		walk->language = dwarf_srclang(&die);
		err = walk_below(walk, &die, 0);
	}
	return err;
}

static bool find_info(struct walk *walk, Elf *elf)
{
	GElf_Shdr header;
	Elf_Scn *section = elf_section_named(elf, ".debug_info", &header);
	Elf_Data *data = section ? elf_rawdata(section, NULL) : NULL;

	if (!data || !data->d_buf)
		return false;
	walk->info = data->d_buf;
	walk->info_bytes = data->d_size;
	return true;
}

int dwarf_objects_fill(int fd, uint64_t deadline_ns, struct dwarf_object *objects, size_t count)
{
	struct walk walk = {
		.objects = objects, .count = count, .left = count, .deadline_ns = deadline_ns
	};
	struct elf_identity identity;
	Dwarf *dwarf;
	Elf *elf;
	int err;

	if (!count)
		return 0;
	err = elf_identify(fd, &identity);
	/* libdw would open the other file by whatever path this one names. */
	if (err || !identity.has_dwarf || identity.needs_alt)
		return -ENOEXEC;
	if (identity.debug_bytes > DEBUG_BYTES_MAX)
		return -EFBIG;
	elf = elf_begin_file(fd);
	if (!elf)
		return -ENOEXEC;
	dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
	err = dwarf && find_info(&walk, elf) ? walk_units(&walk, dwarf) : -ENOEXEC;
	dwarf_end(dwarf);
	elf_end(elf);
	return err;
}
