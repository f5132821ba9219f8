/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Symbol tables, build ids and debug links. */
#include "collect/elf/elf_symtab.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "collect/elf/elf_priv.h"

/* Limit on what a forged file makes us read into memory. */
#define TABLES_MAX 4u
#define TABLE_BYTES_MAX (256ull << 20)
#define NOTE_BYTES_MAX (64ull << 10)

/*
 * A count of more than 65,279 sections is stored in the first section. Unlinked objects may have so
 * many, but a forged file would make libelf reserve memory for billions.
 */
static bool counts_sections_oddly(int fd)
{
	union {
		unsigned char ident[EI_NIDENT];
		Elf32_Ehdr small;
		Elf64_Ehdr large;
	} header = { 0 };
	ssize_t got = pread(fd, &header, sizeof(header), 0);

	if (got < (ssize_t)sizeof(header.small))
		return true;
	if (header.ident[EI_CLASS] == ELFCLASS32)
		return !header.small.e_shnum && header.small.e_shoff;
	return !header.large.e_shnum && header.large.e_shoff;
}

Elf *elf_begin_file(int fd)
{
	Elf *elf;

	if (elf_version(EV_CURRENT) == EV_NONE || counts_sections_oddly(fd))
		return NULL;
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (elf && elf_kind(elf) == ELF_K_ELF)
		return elf;
	elf_end(elf);
	return NULL;
}

Elf_Scn *elf_section_named(Elf *elf, const char *name, GElf_Shdr *header)
{
	Elf_Scn *section = NULL;
	size_t strings;

	if (elf_getshdrstrndx(elf, &strings))
		return NULL;
	while ((section = elf_nextscn(elf, section))) {
		const char *found;

		if (!gelf_getshdr(section, header))
			continue;
		found = elf_strptr(elf, strings, header->sh_name);
		if (found && !strcmp(found, name))
			return section;
	}
	return NULL;
}

static bool is_writable(Elf *elf, size_t index)
{
	Elf_Scn *section = elf_getscn(elf, index);
	GElf_Shdr header;

	return section && gelf_getshdr(section, &header) && header.sh_flags & SHF_WRITE &&
	       header.sh_flags & SHF_ALLOC;
}

static enum elf_symbol_kind kind_of(const GElf_Sym *sym)
{
	switch (GELF_ST_TYPE(sym->st_info)) {
	case STT_OBJECT:
	case STT_COMMON:
		return ELF_DATA;
	case STT_FUNC:
	case STT_GNU_IFUNC:
		return ELF_FUNCTION;
	case STT_TLS:
		return ELF_TLS;
	default:
		return ELF_UNSIZED;
	}
}

static int each_in_table(Elf *elf, Elf_Scn *section, const GElf_Shdr *header,
			 elf_visit_symbol visit, void *ctx)
{
	Elf_Scn *names = elf_getscn(elf, header->sh_link);
	GElf_Shdr names_header;
	Elf_Data *data;
	size_t count, i;
	int err = 0;

	if (!names || !gelf_getshdr(names, &names_header) || header->sh_size > TABLE_BYTES_MAX ||
	    names_header.sh_size > TABLE_BYTES_MAX)
		return 0;
	data = elf_getdata(section, NULL);
	if (!data || !header->sh_entsize)
		return 0;
	count = data->d_size / header->sh_entsize;
	for (i = 0; !err && i < count && i <= INT32_MAX; i++) {
		struct elf_symbol symbol;
		GElf_Sym sym;

		if (!gelf_getsym(data, (int)i, &sym))
			break;
		if (GELF_ST_TYPE(sym.st_info) == STT_SECTION ||
		    GELF_ST_TYPE(sym.st_info) == STT_FILE)
			continue;
		symbol.name = elf_strptr(elf, header->sh_link, sym.st_name);
		if (!symbol.name || !*symbol.name)
			continue;
		symbol.address = sym.st_value;
		symbol.bytes = sym.st_size;
		symbol.kind = kind_of(&sym);
		symbol.defined = sym.st_shndx != SHN_UNDEF && sym.st_shndx != SHN_ABS;
		symbol.writable = symbol.defined && is_writable(elf, sym.st_shndx);
		err = visit(ctx, &symbol);
	}
	return err;
}

int elf_each_symbol(int fd, elf_visit_symbol visit, void *ctx)
{
	Elf *elf = elf_begin_file(fd);
	Elf_Scn *section = NULL;
	unsigned int tables = 0;
	int err = 0;

	if (!elf)
		return -ENOEXEC;
	while (!err && (section = elf_nextscn(elf, section))) {
		GElf_Shdr header;

		if (gelf_getshdr(section, &header) &&
		    (header.sh_type == SHT_DYNSYM || header.sh_type == SHT_SYMTAB) &&
		    tables++ < TABLES_MAX)
			err = each_in_table(elf, section, &header, visit, ctx);
	}
	elf_end(elf);
	return err;
}

/* A debug file keeps the headers of what it left out, as NOBITS. */
static Elf_Data *content_of(Elf *elf, const char *name, GElf_Shdr *header)
{
	Elf_Scn *section = elf_section_named(elf, name, header);

	if (!section || header->sh_type == SHT_NOBITS || header->sh_size > NOTE_BYTES_MAX)
		return NULL;
	return elf_getdata(section, NULL);
}

static void read_build_id(Elf *elf, struct elf_identity *ret)
{
	GElf_Shdr header;
	Elf_Data *data = content_of(elf, ".note.gnu.build-id", &header);
	size_t offset = 0, next, name, content;
	GElf_Nhdr note;

	if (!data || header.sh_type != SHT_NOTE)
		return;
	for (; (next = gelf_getnote(data, offset, &note, &name, &content)); offset = next) {
		if (note.n_type != NT_GNU_BUILD_ID || note.n_namesz != sizeof(ELF_NOTE_GNU) ||
		    memcmp((char *)data->d_buf + name, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) ||
		    !note.n_descsz || note.n_descsz > sizeof(ret->build_id))
			continue;
		memcpy(ret->build_id, (char *)data->d_buf + content, note.n_descsz);
		ret->build_id_bytes = note.n_descsz;
		return;
	}
}

/* A name, padded to four bytes, then the checksum in the file's byte order. */
static void read_debug_link(Elf *elf, struct elf_identity *ret)
{
	GElf_Shdr header;
	Elf_Data *data = content_of(elf, ".gnu_debuglink", &header);
	const char *name = data ? data->d_buf : NULL;
	size_t length, crc;

	if (!name)
		return;
	length = strnlen(name, data->d_size);
	crc = (length + 4) & ~(size_t)3;
	if (!length || length >= sizeof(ret->debug_link) || crc + 4 > data->d_size ||
	    memchr(name, '/', length))
		return;
	memcpy(ret->debug_link, name, length);
	memcpy(&ret->debug_crc, name + crc, sizeof(ret->debug_crc));
}

/* The first bytes of a compressed section. libelf would read all of it to tell them. */
static uint64_t unpacked_bytes(int fd, Elf *elf, const GElf_Shdr *section)
{
	const char *ident = elf_getident(elf, NULL);
	union {
		Elf32_Chdr small;
		Elf64_Chdr large;
	} header;
	Elf_Data data = { .d_buf = &header,
			  .d_type = ELF_T_CHDR,
			  .d_version = EV_CURRENT,
			  .d_size = gelf_fsize(elf, ELF_T_CHDR, 1, EV_CURRENT) };

	if (!(section->sh_flags & SHF_COMPRESSED) || !ident || section->sh_size < data.d_size ||
	    pread(fd, &header, data.d_size, (off_t)section->sh_offset) != (ssize_t)data.d_size ||
	    !gelf_xlatetom(elf, &data, &data, (unsigned char)ident[EI_DATA]))
		return section->sh_size;
	return ident[EI_CLASS] == ELFCLASS32 ? header.small.ch_size : header.large.ch_size;
}

static void look_at_sections(int fd, Elf *elf, struct elf_identity *ret)
{
	Elf_Scn *section = NULL;
	size_t strings;

	if (elf_getshdrstrndx(elf, &strings))
		return;
	while ((section = elf_nextscn(elf, section))) {
		const char *name;
		GElf_Shdr header;

		if (!gelf_getshdr(section, &header) || header.sh_type == SHT_NOBITS)
			continue;
		ret->has_symtab |= header.sh_type == SHT_SYMTAB;
		name = elf_strptr(elf, strings, header.sh_name);
		if (!name || (strncmp(name, ".debug_", 7) && strncmp(name, ".zdebug_", 8)))
			continue;
		ret->has_dwarf |= !strcmp(name, ".debug_info");
		if (__builtin_add_overflow(ret->debug_bytes, unpacked_bytes(fd, elf, &header),
					   &ret->debug_bytes))
			ret->debug_bytes = UINT64_MAX;
	}
}

int elf_identify(int fd, struct elf_identity *ret)
{
	Elf *elf = elf_begin_file(fd);
	const char *ident;
	GElf_Shdr header;

	memset(ret, 0, sizeof(*ret));
	if (!elf)
		return -ENOEXEC;
	ident = elf_getident(elf, NULL);
	ret->is_64 = ident && ident[EI_CLASS] == ELFCLASS64 &&
		     ident[EI_DATA] == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB
										  : ELFDATA2MSB);
	read_build_id(elf, ret);
	read_debug_link(elf, ret);
	look_at_sections(fd, elf, ret);
	ret->needs_alt = elf_section_named(elf, ".gnu_debugaltlink", &header);
	elf_end(elf);
	return 0;
}
