/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Symbol and entry lookup in ELF files. */
#include "collect/elf/elf_symbol.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "collect/elf/elf_priv.h"

int elf_offset_of_address(Elf *elf, uint64_t address, uint64_t *ret)
{
	size_t count, i;

	if (elf_getphdrnum(elf, &count))
		return -ENOEXEC;
	for (i = 0; i < count; i++) {
		GElf_Phdr segment;

		if (!gelf_getphdr(elf, (int)i, &segment))
			return -ENOEXEC;
		if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_X))
			continue;
		if (address < segment.p_vaddr || address - segment.p_vaddr >= segment.p_filesz)
			continue;
		*ret = address - segment.p_vaddr + segment.p_offset;
		return 0;
	}
	return -ENOENT;
}

static int find_in_table(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, const char *symbol,
			 int type, uint64_t *address)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t count, i;

	if (!data || !header->sh_entsize)
		return -ENOENT;
	count = data->d_size / header->sh_entsize;
	for (i = 0; i < count; i++) {
		const char *name;
		GElf_Sym sym;

		if (!gelf_getsym(data, (int)i, &sym))
			break;
		if (sym.st_shndx == SHN_UNDEF || GELF_ST_TYPE(sym.st_info) != type)
			continue;
		name = elf_strptr(elf, header->sh_link, sym.st_name);
		if (name && !strcmp(name, symbol)) {
			*address = sym.st_value;
			return 0;
		}
	}
	return -ENOENT;
}

static int find_symbol(Elf *elf, const char *symbol, int type, uint64_t *address)
{
	Elf_Scn *section = NULL;
	int err = -ENOENT;

	while (err && (section = elf_nextscn(elf, section))) {
		GElf_Shdr header;

		if (!gelf_getshdr(section, &header))
			continue;
		if (header.sh_type != SHT_DYNSYM && header.sh_type != SHT_SYMTAB)
			continue;
		err = find_in_table(elf, section, &header, symbol, type, address);
	}
	return err;
}

int elf_symbol_offset(int fd, const char *symbol, uint64_t *ret)
{
	Elf *elf = elf_begin_file(fd);
	uint64_t address;
	int err;

	if (!elf)
		return -ENOEXEC;
	err = find_symbol(elf, symbol, STT_FUNC, &address);
	if (!err)
		err = elf_offset_of_address(elf, address, ret);
	elf_end(elf);
	return err;
}

int elf_object_address(int fd, const char *symbol, uint64_t *ret)
{
	Elf *elf = elf_begin_file(fd);
	int err;

	if (!elf)
		return -ENOEXEC;
	err = find_symbol(elf, symbol, STT_OBJECT, ret);
	elf_end(elf);
	return err;
}

static int functions_in_table(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, bool locals,
			      elf_visit_function visit, void *ctx)
{
	Elf_Data *data = elf_getdata(section, NULL);
	size_t count, i;
	int err = 0;

	if (!data || !header->sh_entsize)
		return 0;
	count = data->d_size / header->sh_entsize;
	for (i = 0; !err && i < count; i++) {
		const char *name;
		uint64_t offset;
		GElf_Sym sym;

		if (!gelf_getsym(data, (int)i, &sym))
			break;
		if (sym.st_shndx == SHN_UNDEF || GELF_ST_TYPE(sym.st_info) != STT_FUNC ||
		    (!locals && GELF_ST_BIND(sym.st_info) == STB_LOCAL))
			continue;
		name = elf_strptr(elf, header->sh_link, sym.st_name);
		if (name && !elf_offset_of_address(elf, sym.st_value, &offset))
			err = visit(ctx, name, offset);
	}
	return err;
}

static Elf_Scn *section_of_type(Elf *elf, uint32_t type, GElf_Shdr *header)
{
	Elf_Scn *section = NULL;

	while ((section = elf_nextscn(elf, section))) {
		if (gelf_getshdr(section, header) && header->sh_type == type)
			return section;
	}
	return NULL;
}

/* It has an entry point but no .interp: the linker made all of its functions local. */
static bool is_static_pie(Elf *elf)
{
	GElf_Ehdr header;
	GElf_Phdr segment;
	size_t count, i;

	if (!gelf_getehdr(elf, &header) || header.e_type != ET_DYN || !header.e_entry ||
	    elf_getphdrnum(elf, &count))
		return false;
	for (i = 0; i < count; i++) {
		if (gelf_getphdr(elf, (int)i, &segment) && segment.p_type == PT_INTERP)
			return false;
	}
	return true;
}

/* A symbol of the index 0 is none. */
static bool has_symbols(const GElf_Shdr *header)
{
	return header->sh_entsize && header->sh_size / header->sh_entsize > 1;
}

/* What other files see; all of it in a static program. */
static Elf_Scn *exported_symbols(Elf *elf, GElf_Shdr *header)
{
	Elf_Scn *section = section_of_type(elf, SHT_DYNSYM, header);

	return section && has_symbols(header) ? section : section_of_type(elf, SHT_SYMTAB, header);
}

int elf_exports_object(int fd, const char *symbol)
{
	Elf *elf = elf_begin_file(fd);
	int err = -ENOENT;
	uint64_t address;
	GElf_Shdr header;
	Elf_Scn *section;

	if (!elf)
		return -ENOEXEC;
	section = exported_symbols(elf, &header);
	if (section)
		err = find_in_table(elf, section, &header, symbol, STT_OBJECT, &address);
	elf_end(elf);
	return err;
}

int elf_each_function(int fd, elf_visit_function visit, void *ctx)
{
	Elf *elf = elf_begin_file(fd);
	GElf_Shdr header;
	Elf_Scn *section;
	int err = 0;

	if (!elf)
		return -ENOEXEC;
	section = exported_symbols(elf, &header);
	if (section)
		err = functions_in_table(elf, section, &header,
					 header.sh_type == SHT_SYMTAB && is_static_pie(elf), visit,
					 ctx);
	elf_end(elf);
	return err;
}

int elf_load_bias(int fd, uint64_t offset, uint64_t start, uint64_t page_bytes, uint64_t *ret)
{
	Elf *elf = elf_begin_file(fd);
	size_t count, i;
	int err = -ENOENT;

	if (!elf)
		return -ENOEXEC;
	if (elf_getphdrnum(elf, &count))
		count = 0;
	for (i = 0; err && i < count; i++) {
		GElf_Phdr segment;

		if (!gelf_getphdr(elf, (int)i, &segment) || segment.p_type != PT_LOAD)
			continue;
		if (segment.p_offset - segment.p_offset % page_bytes != offset)
			continue;
		*ret = start - (segment.p_vaddr - segment.p_vaddr % page_bytes);
		err = 0;
	}
	elf_end(elf);
	return err;
}

bool elf_is_32_bit(int fd)
{
	unsigned char ident[EI_NIDENT] = { 0 };

	return pread(fd, ident, sizeof(ident), 0) == (ssize_t)sizeof(ident) &&
	       !memcmp(ident, ELFMAG, SELFMAG) && ident[EI_CLASS] == ELFCLASS32;
}

int elf_entry_offset(int fd, uint64_t *ret)
{
	Elf *elf = elf_begin_file(fd);
	GElf_Ehdr header;
	int err = -ENOEXEC;

	if (elf && gelf_getehdr(elf, &header))
		err = elf_offset_of_address(elf, header.e_entry, ret);
	elf_end(elf);
	return err;
}
