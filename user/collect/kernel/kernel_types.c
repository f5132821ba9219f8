/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Reads the kernel's BTF (Documentation/bpf/btf.rst) once and copies the types that we need. */
#include "collect/kernel/kernel_types.h"

#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/test_point.h"
#include "collect/kernel/type_names.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"
#define MAX_DEPTH 32 /* of nested structs, arrays and typedefs */

struct kernel_types {
	char *data; /* the file */
	size_t bytes;
	bool mapped;
	const char *strings;
	uint32_t string_bytes;
	uint32_t *offsets; /* of each type in data, by type number */
	uint32_t count;
	uint32_t *wanted; /* numbers of the types to copy */
	size_t wanted_count;
	size_t wanted_capacity;
	int *copies; /* number of the copy, by number of the original; 0: not copied */
	struct btf *copy;
	int pointer; /* in the copy, every pointer is this one, to void */
	struct kernel_type_id *ids;
	size_t id_count;
};

static bool is_composite(uint32_t kind)
{
	return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION;
}

/* The file cannot be mapped before v6.16. */
static int read_whole(int fd, struct kernel_types *types)
{
	size_t done = 0;
	ssize_t got;

	types->data = malloc(types->bytes);
	if (!types->data)
		return -ENOMEM;
	while (done < types->bytes) {
		got = read(fd, types->data + done, types->bytes - done);
		if (got <= 0)
			return got ? -errno : -EIO;
		done += (size_t)got;
	}
	return 0;
}

static int open_whole(struct kernel_types *types)
{
	int fd = open(KERNEL_BTF, O_RDONLY | O_CLOEXEC), err = 0;
	struct stat stat;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &stat)) {
		err = -errno;
		goto out;
	}
	types->bytes = (size_t)stat.st_size;
	if (!test_point_hides("mapped types"))
		types->data = mmap(NULL, types->bytes, PROT_READ, MAP_PRIVATE, fd, 0);
	types->mapped = types->data && types->data != MAP_FAILED;
	if (!types->mapped)
		err = read_whole(fd, types);
out:
	close(fd);
	return err;
}

/* Size of the data behind a type's header. -EPROTO: a kind that is newer than this code. */
static int part_bytes(const struct btf_type *type)
{
	switch (btf_kind(type)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
		return sizeof(uint32_t);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return btf_vlen(type) * (int)sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return btf_vlen(type) * (int)sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return btf_vlen(type) * (int)sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return btf_vlen(type) * (int)sizeof(struct btf_param);
	case BTF_KIND_VAR:
		return sizeof(struct btf_var);
	case BTF_KIND_DATASEC:
		return btf_vlen(type) * (int)sizeof(struct btf_var_secinfo);
	case BTF_KIND_DECL_TAG:
		return sizeof(struct btf_decl_tag);
	default:
		return -EPROTO;
	}
}

static const struct btf_type *type_at(const struct kernel_types *types, uint32_t offset)
{
	return (const void *)(types->data + offset);
}

static int check_header(const struct kernel_types *types)
{
	const struct btf_header *header = (const void *)types->data;

	if (types->bytes < sizeof(*header) || types->bytes > UINT32_MAX ||
	    header->magic != BTF_MAGIC ||
	    (uint64_t)header->hdr_len + header->type_off + header->type_len > types->bytes ||
	    (uint64_t)header->hdr_len + header->str_off + header->str_len > types->bytes)
		return -EPROTO;
	return 0;
}

static const char *string_at(const struct kernel_types *types, uint32_t offset)
{
	return offset < types->string_bytes ? types->strings + offset : "";
}

static int note_wanted(struct kernel_types *types, const struct type_names *names, uint32_t number)
{
	const struct btf_type *type = type_at(types, types->offsets[number]);
	const char *name = string_at(types, type->name_off);

	if (!is_composite(btf_kind(type)) || !type_names__have(names, name))
		return 0;
	if (array_reserve((void **)&types->wanted, &types->wanted_capacity, types->wanted_count + 1,
			  sizeof(*types->wanted)))
		return -ENOMEM;
	types->wanted[types->wanted_count++] = number;
	return 0;
}

/* Few types of these kinds have a name that begins like one of them. */
static void note_id(struct kernel_types *types, uint32_t number)
{
	const struct btf_type *type = type_at(types, types->offsets[number]);
	const char *name = string_at(types, type->name_off);
	size_t i;

	for (i = 0; i < types->id_count; i++) {
		struct kernel_type_id *id = &types->ids[i];

		if (btf_kind(type) == id->kind && !strcmp(name, id->name))
			id->number = number;
	}
}

/* The single pass over all types. Number 0 is void, which is not in the file. */
static int number_types(struct kernel_types *types, const struct type_names *names)
{
	const struct btf_header *header = (const void *)types->data;
	uint32_t at = header->hdr_len + header->type_off, end = at + header->type_len;
	size_t most = header->type_len / sizeof(struct btf_type) + 1;
	int err = 0;

	types->offsets = calloc(most, sizeof(*types->offsets));
	types->copies = calloc(most, sizeof(*types->copies));
	if (!types->offsets || !types->copies)
		return -ENOMEM;
	types->count = 1;
	while (!err && end - at >= sizeof(struct btf_type)) {
		int part = part_bytes(type_at(types, at));

		if (part < 0 || end - at < sizeof(struct btf_type) + (uint32_t)part)
			return -EPROTO;
		types->offsets[types->count] = at;
		note_id(types, types->count);
		err = note_wanted(types, names, types->count++);
		at += (uint32_t)sizeof(struct btf_type) + (uint32_t)part;
	}
	return err ? err : at == end ? 0 : -EPROTO;
}

static int copy_type(struct kernel_types *types, uint32_t number, int depth);

static int copy_members(struct kernel_types *types, const struct btf_type *type)
{
	const struct btf_member *members = btf_members(type);
	int err = 0;
	uint32_t i;

	for (i = 0; !err && i < btf_vlen(type); i++)
		err = btf__add_field(types->copy, string_at(types, members[i].name_off),
				     types->copies[members[i].type], btf_member_bit_offset(type, i),
				     btf_member_bitfield_size(type, i));
	return err;
}

/* Members are copied first, because a field refers to the number of its type. */
static int copy_composite(struct kernel_types *types, const struct btf_type *type, int depth)
{
	const char *name = string_at(types, type->name_off);
	uint32_t i;
	int copy, err;

	for (i = 0; i < btf_vlen(type); i++) {
		err = copy_type(types, btf_members(type)[i].type, depth);
		if (err < 0)
			return err;
	}
	if (btf_kind(type) == BTF_KIND_STRUCT)
		copy = btf__add_struct(types->copy, name, type->size);
	else
		copy = btf__add_union(types->copy, name, type->size);
	err = copy < 0 ? copy : copy_members(types, type);
	return err ? err : copy;
}

static int copy_array(struct kernel_types *types, const struct btf_type *type, int depth)
{
	const struct btf_array *array = btf_array(type);
	int index = copy_type(types, array->index_type, depth);
	int element = index < 0 ? index : copy_type(types, array->type, depth);

	return element < 0 ? element : btf__add_array(types->copy, index, element, array->nelems);
}

static int copy_of_kind(struct kernel_types *types, const struct btf_type *type, int depth)
{
	const char *name = string_at(types, type->name_off);

	switch (btf_kind(type)) {
	case BTF_KIND_INT:
		return btf__add_int(types->copy, name, type->size, btf_int_encoding(type));
	case BTF_KIND_FLOAT:
		return btf__add_float(types->copy, name, type->size);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
		return btf__add_enum(types->copy, name, type->size);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return copy_composite(types, type, depth);
	case BTF_KIND_ARRAY:
		return copy_array(types, type, depth);
	/* Aliases: the copy refers to the type behind them. */
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG:
		return copy_type(types, type->type, depth);
	case BTF_KIND_PTR:
		return types->pointer;
	default:
		return -EPROTO;
	}
}

/* The number of the copy, or -errno. */
static int copy_type(struct kernel_types *types, uint32_t number, int depth)
{
	int copy;

	if (number >= types->count || depth >= MAX_DEPTH)
		return -EPROTO;
	if (types->copies[number])
		return types->copies[number];
	copy = number ? copy_of_kind(types, type_at(types, types->offsets[number]), depth + 1) : 0;
	if (copy > 0)
		types->copies[number] = copy;
	return copy;
}

static int copy_wanted(struct kernel_types *types)
{
	size_t i;
	int copy = 0;

	for (i = 0; copy >= 0 && i < types->wanted_count; i++)
		copy = copy_type(types, types->wanted[i], 0);
	return copy < 0 ? copy : 0;
}

static int make_copy(struct kernel_types *types, const struct type_names *names)
{
	const struct btf_header *header = (const void *)types->data;
	int err = check_header(types);

	if (err)
		return err;
	types->strings = types->data + header->hdr_len + header->str_off;
	types->string_bytes = header->str_len;
	err = number_types(types, names);
	if (err)
		return err;
	types->copy = btf__new_empty();
	if (!types->copy)
		return -errno;
	types->pointer = btf__add_ptr(types->copy, 0);
	return types->pointer < 0 ? types->pointer : copy_wanted(types);
}

static int write_copy(const struct kernel_types *types, int fd)
{
	uint32_t bytes;
	const void *data = btf__raw_data(types->copy, &bytes);
	ssize_t done;

	if (!data)
		return -ENOMEM;
	done = write(fd, data, bytes);
	return done < 0 ? -errno : done == (ssize_t)bytes ? 0 : -EIO;
}

int kernel_types__create(void)
{
	int fd = memfd_create("pagewatch-types", MFD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int kernel_types__fill(int fd, const struct btf *wanted, struct kernel_type_id *ids,
		       size_t id_count)
{
	struct kernel_types types = { .ids = ids, .id_count = id_count };
	struct type_names names = { 0 };
	size_t i;
	int err;

	err = test_point_hides("kernel types") ? -EOPNOTSUPP : type_names__list(wanted, &names);
	if (!err)
		err = open_whole(&types);
	if (!err)
		err = make_copy(&types, &names);
	if (!err)
		err = write_copy(&types, fd);
	for (i = 0; err && i < id_count; i++)
		ids[i].number = 0;
	btf__free(types.copy);
	free(types.copies);
	free(types.wanted);
	free(types.offsets);
	if (types.mapped)
		munmap(types.data, types.bytes);
	else
		free(types.data);
	type_names__free(&names);
	return err;
}
