/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Array types: bounds, order, and the element type behind all typedefs. */
#include "collect/elf/dwarf_type.h"

#include <dwarf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/elf/dwarf_objects.h"

#define TYPES_MAX 64 /* steps through one variable's type: a forged chain may be a circle */

struct dims {
	int64_t lengths[DWARF_DIMS_MAX]; /* -1: unknown */
	uint32_t count;
};

bool dwarf_is_fortran(int language)
{
	switch (language) {
	case DW_LANG_Fortran77:
	case DW_LANG_Fortran90:
	case DW_LANG_Fortran95:
	case DW_LANG_Fortran03:
	case DW_LANG_Fortran08:
		return true;
	default:
		return false;
	}
}

static bool type_of(Dwarf_Die *die, Dwarf_Die *ret)
{
	Dwarf_Attribute attribute;

	return dwarf_formref_die(dwarf_attr_integrate(die, DW_AT_type, &attribute), ret);
}

/* A constant, or unknown: a bound computed at run time does not belong to a static array. */
static bool number_of(Dwarf_Die *die, unsigned int name, int64_t *ret)
{
	Dwarf_Attribute attribute;
	Dwarf_Sword value;
	Dwarf_Word word;
	int failed;

	if (!dwarf_attr(die, name, &attribute))
		return false;
	switch (dwarf_whatform(&attribute)) {
	case DW_FORM_data1:
	case DW_FORM_data2:
	case DW_FORM_data4:
		/*
		 * Compilers put no negative bound into these forms, but libdw would read 0xc7 as
		 * one.
		 */
		failed = dwarf_formudata(&attribute, &word);
		value = (Dwarf_Sword)word;
		break;
	default:
		failed = dwarf_formsdata(&attribute, &value);
	}
	if (!failed)
		*ret = value;
	return !failed;
}

static int64_t length_of(Dwarf_Die *range, int language)
{
	int64_t lower = dwarf_is_fortran(language), upper, length;

	if (number_of(range, DW_AT_count, &length))
		return length < 0 ? -1 : length;
	number_of(range, DW_AT_lower_bound, &lower);
	if (!number_of(range, DW_AT_upper_bound, &upper) ||
	    __builtin_sub_overflow(upper, lower, &length) ||
	    __builtin_add_overflow(length, 1, &length) || length < 0)
		return -1;
	return length;
}

static int add_dims(Dwarf_Die *array, int language, struct dims *dims)
{
	Dwarf_Die child;
	int more, seen;

	more = dwarf_child(array, &child);
	for (seen = 0; !more && seen < TYPES_MAX; seen++) {
		if (dwarf_tag(&child) == DW_TAG_subrange_type) {
			if (dims->count == DWARF_DIMS_MAX)
				return -ENODATA;
			dims->lengths[dims->count++] = length_of(&child, language);
		}
		more = dwarf_siblingof(&child, &child);
	}
	return 0;
}

/* numpy's names, so that all sources use the same. */
static void name_number(Dwarf_Word encoding, uint64_t bytes, char *buffer, size_t size)
{
	const char *kind;

	switch (encoding) {
	case DW_ATE_float:
		kind = "float";
		break;
	case DW_ATE_complex_float:
		kind = "complex";
		break;
	case DW_ATE_signed:
	case DW_ATE_signed_char:
		kind = "int";
		break;
	case DW_ATE_unsigned:
	case DW_ATE_unsigned_char:
	case DW_ATE_UTF:
		kind = "uint";
		break;
	case DW_ATE_boolean:
		snprintf(buffer, size, "bool");
		return;
	default:
		kind = "void";
	}
	snprintf(buffer, size, "%s%llu", kind, (unsigned long long)bytes * 8);
}

static int name_element(Dwarf_Die *type, struct array_shape *shape, uint64_t *bytes)
{
	Dwarf_Attribute attribute;
	Dwarf_Word encoding = 0, size = 0;

	if (dwarf_aggregate_size(type, &size) || !size || size > UINT32_MAX)
		return -ENODATA;
	*bytes = size;
	switch (dwarf_tag(type)) {
	case DW_TAG_base_type:
		dwarf_formudata(dwarf_attr(type, DW_AT_encoding, &attribute), &encoding);
		name_number(encoding, size, shape->dtype, sizeof(shape->dtype));
		return 0;
	case DW_TAG_enumeration_type:
		name_number(DW_ATE_signed, size, shape->dtype, sizeof(shape->dtype));
		return 0;
	case DW_TAG_pointer_type:
		snprintf(shape->dtype, sizeof(shape->dtype), "pointer");
		return 0;
	case DW_TAG_string_type:
		name_number(DW_ATE_lo_user, size, shape->dtype, sizeof(shape->dtype));
		return 0;
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
		name_number(DW_ATE_lo_user, size, shape->dtype, sizeof(shape->dtype));
		return 0;
	default:
		return -ENODATA;
	}
}

/* An unknown outermost length (extern int x[]) follows from the symbol's size. */
static int multiply_dims(struct dims *dims, uint64_t element, uint64_t bytes)
{
	uint64_t all = element;
	uint32_t i;

	for (i = 1; i < dims->count; i++) {
		if (dims->lengths[i] < 0 ||
		    __builtin_mul_overflow(all, (uint64_t)dims->lengths[i], &all))
			return -ENODATA;
	}
	if (dims->count && dims->lengths[0] < 0 && all)
		dims->lengths[0] = (int64_t)(bytes / all);
	if (dims->count &&
	    (dims->lengths[0] < 0 || __builtin_mul_overflow(all, (uint64_t)dims->lengths[0], &all)))
		return -ENODATA;
	return all == bytes ? 0 : -ENODATA;
}

static void put_dims(const struct dims *dims, uint64_t element, bool first_is_fastest, int64_t *ret)
{
	int64_t stride = (int64_t)element;
	uint32_t i;

	for (i = 0; i < dims->count; i++) {
		uint32_t at = first_is_fastest ? i : dims->count - 1 - i;

		ret[at] = dims->lengths[at];
		ret[dims->count + at] = stride;
		stride *= dims->lengths[at];
	}
}

/* Down to the element; the dimensions of arrays of arrays (by typedef) are concatenated. */
static int look_below(Dwarf_Die *variable, int language, struct dims *dims, Dwarf_Die *ret)
{
	Dwarf_Die type;
	int i, err;

	if (!type_of(variable, &type))
		return -ENODATA;
	for (i = 0; i < TYPES_MAX; i++) {
		Dwarf_Die next;

		switch (dwarf_tag(&type)) {
		case DW_TAG_array_type:
			err = add_dims(&type, language, dims);
			if (err)
				return err;
			break;
		case DW_TAG_typedef:
		case DW_TAG_const_type:
		case DW_TAG_volatile_type:
		case DW_TAG_atomic_type:
			break;
		default:
			*ret = type;
			return 0;
		}
		if (!type_of(&type, &next))
			return -ENODATA;
		type = next;
	}
	return -ENODATA;
}

int dwarf_shape_of(Dwarf_Die *variable, int language, uint64_t bytes, struct array_shape **ret)
{
	struct dims dims = { .count = 0 };
	struct array_shape *shape;
	uint64_t element = 0;
	Dwarf_Die type;
	int err;

	err = look_below(variable, language, &dims, &type);
	if (err)
		return err;
	shape = calloc(1, sizeof(*shape));
	if (!shape)
		return -ENOMEM;
	err = name_element(&type, shape, &element);
	if (!err)
		err = multiply_dims(&dims, element, bytes);
	if (!err) {
		shape->dims = malloc(2 * dims.count * sizeof(*shape->dims) + 1);
		err = shape->dims ? 0 : -ENOMEM;
	}
	if (err) {
		free(shape);
		return err;
	}
	put_dims(&dims, element, dwarf_is_fortran(language), shape->dims);
	shape->ndim = dims.count;
	shape->nbytes = bytes;
	shape->owndata = true;
	*ret = shape;
	return 0;
}
