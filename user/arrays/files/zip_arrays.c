/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/*
 * What numpy.savez and torch.save write: a zip archive, whose entries are arrays if they are
 * stored as they are. In .npz each entry is a .npy; torch's storages are NAME/data/0, 1, ...
 */
#include <errno.h>

#include "arrays/files/file_parsers.h"
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

static int add_storage(struct file_reader *reader, const struct zip_entry *entry,
		       struct file_layout *layout)
{
	struct file_array_found found = { .name = storage_name(entry->name) };

	found.name_bytes = strlen(found.name);
	found.offset = reader->at;
	found.bytes = entry->bytes;
	return file_layout_add(layout, &found);
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
		     struct file_layout *layout)
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
	return torch ? add_storage(reader, entry, layout) : add_npy(reader, entry, layout);
}

int zip_parse(struct file_reader *reader, struct file_layout *layout)
{
	struct zip_entries entries;
	size_t i;
	int err;

	err = zip_entries_read(reader, &entries);
	layout->format = format_of(&entries);
	layout->dropped += entries.dropped;
	for (i = 0; layout->format && i < entries.count && !err && !reader->error; i++)
		err = add_entry(reader, &entries.entries[i], layout);
	zip_entries_free(&entries);
	return err;
}
