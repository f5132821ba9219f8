/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What numpy.savez and torch.save write: a zip archive, whose entries are arrays if they are
 * stored as they are. In .npz each entry is a .npy; torch's storages are NAME/data/0, 1, ...
 */
#include <errno.h>

#include "arrays/files/file_parsers.h"
#include "arrays/files/torch_names.h"
#include "arrays/files/zip.h"

static bool ends_with(const char *name, const char *end)
{
	size_t length = strlen(name), wanted = strlen(end);

	return length >= wanted && !strcmp(name + length - wanted, end);
}

static enum file_format format_of(const struct zip_entries *entries)
{
	size_t i;

	for (i = 0; i < entries->count; i++) {
		if (ends_with(entries->entries[i].name, "/data.pkl"))
			return FILE_PYTORCH;
	}
	for (i = 0; i < entries->count; i++) {
		if (ends_with(entries->entries[i].name, ".npy"))
			return FILE_NPZ;
	}
	return FILE_UNKNOWN;
}

/* Where the name of a storage begins in that of its entry: "data/0" of "archive/data/0". */
static const char *storage_name(const char *entry)
{
	const char *slash = strchr(entry, '/');
	size_t digits;

	if (!slash || strncmp(slash, "/data/", 6))
		return NULL;
	digits = strspn(slash + 6, "0123456789");
	return digits && !slash[6 + digits] ? slash + 1 : NULL;
}

/* The name and shape of a tensor that has all of the storage; else the name of its first one. */
static void put_tensor(const struct torch_tensor *tensor, struct file_array_found *found)
{
	uint64_t bytes;

	found->name = tensor->name;
	found->dtype = tensor->dtype;
	if (!tensor->alone || !tensor->dense)
		return;
	found->shaped = true;
	found->ndim = tensor->ndim;
	found->dims = tensor->dims;
	if (file_shape_bytes(tensor->dims, tensor->ndim, tensor->item_bytes, &bytes) &&
	    bytes == found->bytes)
		found->item_bytes = tensor->item_bytes;
}

static int add_storage(struct file_reader *reader, const struct zip_entry *entry,
		       const struct torch_names *names, struct file_layout *layout)
{
	const char *name = storage_name(entry->name);
	const struct torch_tensor *tensor = torch_names_find(names, strrchr(name, '/') + 1);
	struct file_array_found found = { .name = name };

	found.offset = reader->at;
	found.bytes = entry->bytes;
	if (tensor && *tensor->name)
		put_tensor(tensor, &found);
	found.name_bytes = strlen(found.name);
	return file_layout_add(layout, &found);
}

/* Without names, storages have those of their entries. */
static int read_names(struct file_reader *reader, const struct zip_entries *entries,
		      struct torch_names *ret)
{
	uint64_t whole = reader->bytes;
	size_t i;
	int err = 0;

	for (i = 0; i < entries->count && !ends_with(entries->entries[i].name, "/data.pkl"); i++)
		;
	if (i == entries->count || !entries->entries[i].stored || reader->error)
		return 0;
	zip_entry_seek(reader, &entries->entries[i]);
	if (reader->error)
		return 0;
	if (entries->entries[i].bytes < whole - reader->at)
		reader->bytes = reader->at + entries->entries[i].bytes;
	err = torch_names_read(reader, ret);
	reader->bytes = whole;
	if (reader->error == -EBADMSG)
		reader->error = 0;
	return err;
}

/* Without the suffix, as numpy.load names it. */
static int add_npy(struct file_reader *reader, struct zip_entry *entry, struct file_layout *layout)
{
	uint64_t end = reader->at + entry->bytes;

	entry->name[strlen(entry->name) - strlen(".npy")] = '\0';
	if (end < reader->at || end > reader->bytes)
		end = reader->bytes;
	return npy_parse_within(reader, end, entry->name, layout);
}

static int add_entry(struct file_reader *reader, struct zip_entry *entry,
		     const struct torch_names *names, struct file_layout *layout)
{
	bool torch = layout->format == FILE_PYTORCH;

	if (torch ? !storage_name(entry->name) : !ends_with(entry->name, ".npy"))
		return 0;
	if (!entry->stored) {
		layout->packed++;
		return 0;
	}
	zip_entry_seek(reader, entry);
	if (reader->error)
		return 0;
	return torch ? add_storage(reader, entry, names, layout) : add_npy(reader, entry, layout);
}

int zip_parse(struct file_reader *reader, struct file_layout *layout)
{
	struct torch_names names = { 0 };
	struct zip_entries entries;
	size_t i;
	int err;

	err = zip_entries_read(reader, &entries);
	layout->format = format_of(&entries);
	if (!err && layout->format == FILE_PYTORCH)
		err = read_names(reader, &entries, &names);
	layout->dropped += entries.dropped;
	for (i = 0; layout->format && i < entries.count && !err && !reader->error; i++)
		err = add_entry(reader, &entries.entries[i], &names, layout);
	torch_names_free(&names);
	zip_entries_free(&entries);
	return err;
}
