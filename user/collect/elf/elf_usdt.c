/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
#include "collect/elf/elf_usdt.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "collect/elf/elf_priv.h"

#define NT_STAPSDT 3
#define OWNER "stapsdt"

/* The first words of the note on 64-bit machines; three strings follow. */
struct addresses {
	uint64_t probe;
	uint64_t base; /* address of .stapsdt.base at link time */
	uint64_t semaphore;
};

/* The string at *text, which must end before end. Moves *text behind it. */
static const char *take_string(const char **text, const char *end)
{
	const char *string = *text, *stop = memchr(string, '\0', (size_t)(end - string));

	if (!stop)
		return NULL;
	*text = stop + 1;
	return string;
}

static bool is_wanted(const char *description, size_t bytes, const char *provider, const char *name,
		      struct addresses *addresses, const char **arguments)
{
	const char *text = description + sizeof(*addresses), *end = description + bytes;
	const char *its_provider, *its_name;

	if (bytes < sizeof(*addresses))
		return false;
	memcpy(addresses, description, sizeof(*addresses));
	its_provider = take_string(&text, end);
	its_name = its_provider ? take_string(&text, end) : NULL;
	*arguments = its_name ? take_string(&text, end) : NULL;
	return *arguments && !strcmp(its_provider, provider) && !strcmp(its_name, name);
}

static bool find_note(Elf_Data *data, const char *provider, const char *name,
		      struct addresses *addresses, const char **arguments)
{
	const char *bytes = data->d_buf;
	size_t at = 0, name_at, description_at;
	GElf_Nhdr note;

	while ((at = gelf_getnote(data, at, &note, &name_at, &description_at))) {
		if (note.n_type == NT_STAPSDT && note.n_namesz == sizeof(OWNER) &&
		    !memcmp(bytes + name_at, OWNER, sizeof(OWNER)) &&
		    is_wanted(bytes + description_at, note.n_descsz, provider, name, addresses,
			      arguments))
			return true;
	}
	return false;
}

int elf_usdt_find(int fd, const char *provider, const char *name, struct elf_usdt *ret)
{
	Elf *elf = elf_begin_file(fd);
	struct addresses addresses;
	const char *arguments;
	GElf_Shdr header, base;
	Elf_Scn *section;
	Elf_Data *data;
	int err = -ENOENT;

	if (!elf)
		return -ENOEXEC;
	section = gelf_getclass(elf) == ELFCLASS64
			  ? elf_section_named(elf, ".note.stapsdt", &header)
			  : NULL;
	data = section ? elf_getdata(section, NULL) : NULL;
	if (data && data->d_buf && find_note(data, provider, name, &addresses, &arguments)) {
		/* If a tool moved the sections after linking, it moved this empty section too. */
		if (elf_section_named(elf, ".stapsdt.base", &base))
			addresses.probe += base.sh_addr - addresses.base;
		err = elf_offset_of_address(elf, addresses.probe, &ret->offset);
		snprintf(ret->arguments, sizeof(ret->arguments), "%s", arguments);
	}
	elf_end(elf);
	return err;
}
