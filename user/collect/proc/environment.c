/* SPDX-License-Identifier: LGPL-2.1 OR BSD-2-Clause */
/* Facts about the machine. */
#include "collect/proc/environment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/parse.h"

#define THP_FOLDER "kernel/mm/transparent_hugepage"

/* The first line without its newline; "" if there is none. */
static void read_line(const char *sysfs_root, const char *name, char *buffer, size_t size)
{
	char path[512];
	ssize_t got;
	int fd;

	buffer[0] = '\0';
	if ((size_t)snprintf(path, sizeof(path), "%s/" THP_FOLDER "/%s", sysfs_root, name) >=
	    sizeof(path))
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	do {
		got = read(fd, buffer, size - 1);
	} while (got < 0 && errno == EINTR);
	close(fd);
	buffer[got < 0 ? 0 : got] = '\0';
	buffer[strcspn(buffer, "\n")] = '\0';
}

/* "always [madvise] never": the word in brackets. */
static void read_thp(const char *sysfs_root, struct environment *environment)
{
	char line[128];
	char *open_bracket, *close_bracket;

	read_line(sysfs_root, "enabled", line, sizeof(line));
	open_bracket = strchr(line, '[');
	close_bracket = open_bracket ? strchr(open_bracket, ']') : NULL;
	if (!close_bracket || (size_t)(close_bracket - open_bracket) > sizeof(environment->thp))
		return;
	*close_bracket = '\0';
	strcpy(environment->thp, open_bracket + 1);
}

/* A PMD entry maps what one table of 8-byte entries maps, on all 64-bit architectures we know. */
static uint64_t default_pmd_bytes(uint64_t page_bytes)
{
	return page_bytes / sizeof(uint64_t) * page_bytes;
}

int environment_read(const char *sysfs_root, struct environment *ret)
{
	struct sysinfo info;
	struct utsname name;
	uint64_t value;
	char line[128];

	memset(ret, 0, sizeof(*ret));
	if (!uname(&name)) {
		snprintf(ret->kernel, sizeof(ret->kernel), "%s", name.release);
		snprintf(ret->machine, sizeof(ret->machine), "%s", name.machine);
	}
	ret->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
	ret->pmd_bytes = default_pmd_bytes(ret->page_bytes);
	if (!sysinfo(&info))
		ret->ram_bytes = (uint64_t)info.totalram * info.mem_unit;
	read_thp(sysfs_root, ret);
	read_line(sysfs_root, "use_zero_page", line, sizeof(line));
	ret->use_zero_page = !strcmp(line, "1");
	read_line(sysfs_root, "hpage_pmd_size", line, sizeof(line));
	if (!parse_u64(line, ret->page_bytes, UINT64_MAX, &value) && value % ret->page_bytes == 0)
		ret->pmd_bytes = value;
	return 0;
}
