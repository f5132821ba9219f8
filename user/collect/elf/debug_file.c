/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* The places where distributions and objcopy put debug files. */
#include "collect/elf/debug_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/text.h"
#include "collect/elf/mapped_file.h"

#define DEBUG_ROOT "/usr/lib/debug"
#define SUMMED_BYTES_MAX (256 << 20) /* the checksum of a larger file takes too long */

static bool checksum_is(int fd, uint32_t wanted)
{
	unsigned char buffer[64 << 10];
	uLong sum = crc32(0, NULL, 0);
	off_t offset = 0;
	ssize_t got;

	while ((got = pread(fd, buffer, sizeof(buffer), offset)) > 0 && offset < SUMMED_BYTES_MAX) {
		sum = crc32(sum, buffer, (uInt)got);
		offset += got;
	}
	return !got && sum == wanted;
}

static bool belongs_to(int fd, const struct elf_identity *binary)
{
	struct elf_identity found;

	if (elf_identify(fd, &found))
		return false;
	if (binary->build_id_bytes)
		return found.build_id_bytes == binary->build_id_bytes &&
		       !memcmp(found.build_id, binary->build_id, found.build_id_bytes);
	return checksum_is(fd, binary->debug_crc);
}

static int open_one(int root, const char *path, const struct elf_identity *binary)
{
	struct stat stat;
	int fd = mapped_file_open_below(root, path, 0);

	if (fd < 0)
		return fd;
	if (!fstat(fd, &stat) && S_ISREG(stat.st_mode) && belongs_to(fd, binary))
		return fd;
	close(fd);
	return -ENOENT;
}

static int open_by_build_id(int root, const struct elf_identity *binary)
{
	char path[sizeof(DEBUG_ROOT "/.build-id//.debug") + 2 * ELF_BUILD_ID_MAX];
	struct text_buffer text = text_buffer__over(path, sizeof(path));
	size_t i;

	if (binary->build_id_bytes < 2)
		return -ENOENT;
	text_buffer__addf(&text, DEBUG_ROOT "/.build-id/%02x/", binary->build_id[0]);
	for (i = 1; i < binary->build_id_bytes; i++)
		text_buffer__addf(&text, "%02x", binary->build_id[i]);
	text_buffer__add(&text, ".debug");
	return open_one(root, path, binary);
}

/* Next to the binary, in .debug next to it, and in the same folder below DEBUG_ROOT. */
static int open_by_link(int root, const char *binary_path, const struct elf_identity *binary)
{
	static const char *const forms[] = { "%s%.*s/%s", "%s%.*s/.debug/%s", "%s%.*s/%s" };
	static const char *const roots[] = { "", "", DEBUG_ROOT };
	const char *name = strrchr(binary_path, '/');
	char path[PATH_MAX];
	size_t i;
	int fd = -ENOENT;

	if (!*binary->debug_link || !name || name - binary_path >= PATH_MAX / 2)
		return -ENOENT;
	for (i = 0; fd < 0 && i < sizeof(forms) / sizeof(forms[0]); i++) {
		snprintf(path, sizeof(path), forms[i], roots[i], (int)(name - binary_path),
			 binary_path, binary->debug_link);
		fd = open_one(root, path, binary);
	}
	return fd;
}

static int open_below(int root, const char *binary_path, const struct elf_identity *binary)
{
	int fd;

	if (root < 0)
		return root;
	fd = open_by_build_id(root, binary);
	if (fd < 0)
		fd = open_by_link(root, binary_path, binary);
	close(root);
	return fd;
}

int debug_file_open(const struct proc *proc, const struct vma *vma,
		    const struct elf_identity *identity)
{
	int root, fd;

	if (!identity->build_id_bytes && !*identity->debug_link)
		return -ENOENT;
	root = proc__open_memory(proc, "root");
	fd = root == -ESRCH ? -ESRCH : open_below(root, vma->path, identity);
	if (fd < 0 && fd != -ESRCH)
		fd = open_below(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), vma->path, identity);
	return fd;
}
