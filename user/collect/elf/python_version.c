/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Py_Version in an ELF file. */
#include "collect/elf/python_version.h"

#include <endian.h>
#include <errno.h>
#include <gelf.h>
#include <libelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

#define SYMBOL "Py_Version"

/* Stops at a file made to exhaust us; real ones are a tenth of this. */
#define FILE_BYTES_MAX (512u << 20)

static bool find_symbol(Elf *elf, Elf_Scn *section, GElf_Sym *ret)
{
	GElf_Shdr header;
	Elf_Data *data;
	int i;

	/* strip keeps only this table. */
	if (!gelf_getshdr(section, &header) || header.sh_type != SHT_DYNSYM)
		return false;
	data = elf_getdata(section, NULL);
	for (i = 0; data && gelf_getsym(data, i, ret); i++) {
		const char *name = elf_strptr(elf, header.sh_link, ret->st_name);

		if (name && !strcmp(name, SYMBOL) && ret->st_shndx != SHN_UNDEF &&
		    GELF_ST_TYPE(ret->st_info) == STT_OBJECT)
			return true;
	}
	return false;
}

static int file_offset(Elf *elf, uint64_t address, uint64_t size, uint64_t *ret)
{
	GElf_Phdr segment;
	int i;

	for (i = 0; gelf_getphdr(elf, i, &segment); i++) {
		if (segment.p_type != PT_LOAD || address < segment.p_vaddr)
			continue;
		address -= segment.p_vaddr;
		if (address <= segment.p_filesz && segment.p_filesz - address >= size &&
		    !__builtin_add_overflow(address, segment.p_offset, ret) && *ret <= INT64_MAX)
			return 0;
		address += segment.p_vaddr;
	}
	return -ENOENT;
}

/* An unsigned long of the target: the version is in its low 32 bits. */
static int read_value(Elf *elf, int fd, uint64_t offset, uint64_t size, uint32_t *ret)
{
	const char *ident = elf_getident(elf, NULL);
	bool big = ident && ident[EI_DATA] == ELFDATA2MSB;
	unsigned char bytes[8];
	uint32_t word;

	if (pread(fd, bytes, size, (off_t)offset) != (ssize_t)size)
		return -ENOEXEC;
	memcpy(&word, bytes + (big ? size - sizeof(word) : 0), sizeof(word));
	*ret = big ? be32toh(word) : le32toh(word);
	return 0;
}

int python_version_read(int fd, uint32_t *ret)
{
	Elf_Scn *section = NULL;
	struct stat stat;
	uint64_t offset;
	GElf_Sym symbol;
	Elf *elf;
	int err;

	if (fstat(fd, &stat) || stat.st_size > FILE_BYTES_MAX)
		return -ENOEXEC;
	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOEXEC;
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF) {
		elf_end(elf);
		return -ENOEXEC;
	}
	err = -ENOENT;
	while ((section = elf_nextscn(elf, section))) {
		if (!find_symbol(elf, section, &symbol))
			continue;
		if (symbol.st_size == 4 || symbol.st_size == 8)
			err = file_offset(elf, symbol.st_value, symbol.st_size, &offset);
		if (!err)
			err = read_value(elf, fd, offset, symbol.st_size, ret);
		break;
	}
	elf_end(elf);
	return err;
}

int python_version_format(uint32_t hex, char *buffer, size_t size)
{
	static const char *const levels[16] = {
		[0xa] = "a",
		[0xb] = "b",
		[0xc] = "rc",
		[0xf] = "",
	};
	unsigned int level = hex >> 4 & 0xf;
	unsigned int serial = hex & 0xf;
	struct text_buffer text = text_buffer__over(buffer, size);

	if (hex >> 24 != 3 || !levels[level])
		return -EINVAL;
	text_buffer__addf(&text, "3.%u.%u", hex >> 16 & 0xff, hex >> 8 & 0xff);
	if (level != 0xf)
		text_buffer__addf(&text, "%s%u", levels[level], serial);
	return 0;
}
